#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness/base/result.hpp"
#include "harness/load/http_request.hpp"

struct Curl_URL;
struct curl_slist;

namespace leakcheck::load {

/// libcurl's easy handle, which is `void*` to its users; its header stays in the .cpp files.
using EasyHandle = void*;

/// A request in libcurl's form: the URL taken apart, the headers in a list. Made once for a
/// request that is always the same, and then shared by all virtual users.
class PreparedRequest {
 public:
  /// Errors: ErrorKind::load for a URL that is none.
  static Result<std::shared_ptr<const PreparedRequest>> create(HttpRequest request);
  PreparedRequest(const PreparedRequest&) = delete;
  PreparedRequest& operator=(const PreparedRequest&) = delete;

  /// Sets it on the handle. The handle refers to this object until another is applied.
  void apply(EasyHandle easy) const;

 private:
  PreparedRequest() = default;
  Result<void> take_url(const std::string& text);
  void take_headers(const HttpRequest& request);
  void apply_method(EasyHandle easy) const;

  struct FreeUrl {
    void operator()(Curl_URL* url) const;
  };
  struct FreeHeaders {
    void operator()(curl_slist* headers) const;
  };

  model::Method method_ = model::Method::get;
  std::unique_ptr<Curl_URL, FreeUrl> url_;
  std::unique_ptr<curl_slist, FreeHeaders> headers_;
  std::optional<std::string> body_;
};

}  // namespace leakcheck::load
