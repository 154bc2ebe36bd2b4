#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/load/http_request.hpp"

struct Curl_URL;
struct curl_mime;
struct curl_slist;

namespace leakcheck::load {

/// libcurl's easy handle, which is `void*` to its users; its header stays in the .cpp files.
using EasyHandle = void*;

struct FreeMultipart {
  void operator()(curl_mime* parts) const;
};
/// The parts of a request in libcurl's form, which serve one handle only.
using Multipart = std::unique_ptr<curl_mime, FreeMultipart>;

/// A request in libcurl's form: the URL taken apart, the headers in a list. Made once for a
/// request that is always the same, and then shared by all virtual users.
class PreparedRequest {
 public:
  /// Errors: ErrorKind::load for a URL that is none, and for a part's file that cannot be read.
  static Result<std::shared_ptr<const PreparedRequest>> create(HttpRequest request);
  PreparedRequest(const PreparedRequest&) = delete;
  PreparedRequest& operator=(const PreparedRequest&) = delete;

  /// Sets it on the handle. The handle refers to this object, and to what is returned (null
  /// without parts), until another request is applied.
  [[nodiscard]] Multipart apply(EasyHandle easy) const;

  const std::string& url() const { return url_text_; }
  const std::optional<std::string>& body() const { return body_; }
  bool sends_body() const { return !parts_.empty() || (body_ && !body_->empty()); }

 private:
  PreparedRequest() = default;
  Result<void> take_url(const std::string& text);
  void take_headers(const HttpRequest& request);
  void apply_method(EasyHandle easy) const;
  Multipart make_multipart(EasyHandle easy) const;

  struct FreeUrl {
    void operator()(Curl_URL* url) const;
  };
  struct FreeHeaders {
    void operator()(curl_slist* headers) const;
  };

  model::Method method_ = model::Method::get;
  std::string url_text_;
  std::unique_ptr<Curl_URL, FreeUrl> url_;
  std::unique_ptr<curl_slist, FreeHeaders> headers_;
  std::optional<std::string> body_;
  std::vector<HttpPart> parts_;
};

}  // namespace leakcheck::load
