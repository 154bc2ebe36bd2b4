#include "harness/load/prepared_request.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace leakcheck::load {
namespace {

/// Headers that libcurl adds by itself; a list entry without a value keeps them out.
constexpr std::array kAddedByLibcurl = {"User-Agent", "Accept", "Content-Type", "Expect"};

Result<void> check_files(const std::vector<HttpPart>& parts) {
  for (const HttpPart& part : parts)
    if (!part.file.empty() && ::access(part.file.c_str(), R_OK) != 0)
      return fail_errno(ErrorKind::load,
                        fmt::format("the file {} of the part \"{}\" cannot be read",
                                    part.file.string(), part.name),
                        errno, "check the path; it is relative to the scenario's folder");
  return {};
}

void expect_memory(CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
}

}  // namespace

void FreeMultipart::operator()(curl_mime* parts) const {
  curl_mime_free(parts);
}

void PreparedRequest::FreeUrl::operator()(Curl_URL* url) const {
  curl_url_cleanup(url);
}
void PreparedRequest::FreeHeaders::operator()(curl_slist* headers) const {
  curl_slist_free_all(headers);
}

Result<std::shared_ptr<const PreparedRequest>> PreparedRequest::create(HttpRequest request) {
  std::shared_ptr<PreparedRequest> out(new PreparedRequest);
  for (const auto& checked : {out->take_url(request.url), check_files(request.parts)})
    if (!checked) return tl::make_unexpected(checked.error());
  out->take_headers(request);
  out->method_ = request.method;
  out->url_text_ = std::move(request.url);
  out->body_ = std::move(request.body);
  out->parts_ = std::move(request.parts);
  return out;
}

Result<void> PreparedRequest::take_url(const std::string& text) {
  url_.reset(curl_url());
  if (!url_) throw std::bad_alloc();
  // As it is written: dots are not resolved; only what no URL can hold (a space) is encoded.
  const CURLUcode code =
      curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_URLENCODE | CURLU_PATH_AS_IS);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLUE_OK)
    return fail(ErrorKind::load,
                "\"" + text + "\" is not a URL that can be requested: " + curl_url_strerror(code),
                "write a path below the target's url, or http://host:port/path");
  return {};
}

void PreparedRequest::take_headers(const HttpRequest& request) {
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers_.release();  // `longer` begins with it
    headers_.reset(longer);
  };
  for (const auto& [name, value] : request.headers) {
    // "Name:" and nothing but blanks would keep the header out.
    const bool is_blank = value.find_first_not_of(" \t") == std::string::npos;
    append(is_blank ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
  }
  for (const std::string name : kAddedByLibcurl) {
    // That of multipart/form-data names the boundary, which only libcurl knows.
    if (name == "Content-Type" && !request.parts.empty()) continue;
    if (find_header(request, name) == nullptr) append(name + ":");
  }
}

Multipart PreparedRequest::apply(EasyHandle easy) const {
  curl_easy_setopt(easy, CURLOPT_CURLU, url_.get());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  if (parts_.empty()) {
    apply_method(easy);
    return nullptr;
  }
  Multipart parts = make_multipart(easy);
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, parts.get());
  const bool is_post = method_ == model::Method::post;
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                   is_post ? nullptr : model::to_string(method_).data());
  return parts;
}

void PreparedRequest::apply_method(EasyHandle easy) const {
  const bool sends_length = body_ || method_ == model::Method::post ||
                            method_ == model::Method::put || method_ == model::Method::patch;
  const char* verb = nullptr;
  if (method_ == model::Method::head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (sends_length) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body_ ? body_->size() : 0));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_ ? body_->c_str() : "");
    if (method_ != model::Method::post) verb = model::to_string(method_).data();
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (method_ != model::Method::get) verb = model::to_string(method_).data();
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, verb);
}

Multipart PreparedRequest::make_multipart(EasyHandle easy) const {
  Multipart parts(curl_mime_init(easy));
  if (!parts) throw std::bad_alloc();
  for (const HttpPart& part : parts_) {
    curl_mimepart* made = curl_mime_addpart(parts.get());
    if (made == nullptr) throw std::bad_alloc();
    expect_memory(curl_mime_name(made, part.name.c_str()));
    if (part.file.empty())
      expect_memory(curl_mime_data(made, part.text.data(), part.text.size()));
    else
      expect_memory(curl_mime_filedata(made, part.file.c_str()));  // read while it is sent
    expect_memory(
        curl_mime_filename(made, part.file_name.empty() ? nullptr : part.file_name.c_str()));
    if (!part.content_type.empty()) expect_memory(curl_mime_type(made, part.content_type.c_str()));
  }
  return parts;
}

}  // namespace leakcheck::load
