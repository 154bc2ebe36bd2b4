#include "harness/load/full_transfer.hpp"

#include <curl/curl.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "harness/load/failure.hpp"
#include "harness/load/start_libcurl.hpp"

namespace leakcheck::load {
namespace {

/// A connection that rested for longer than 4 s is not used again: servers close theirs (Node.js
/// after 5 s), and a request that meets the closing is lost. libcurl compares whole seconds, so
/// that 3 lets it rest for 3.999. Source: undici's keepAliveTimeout, 4 s, chosen for the same
/// reason.
constexpr long kLongestRestSeconds = 3;

constexpr std::size_t kLargestBody = 16 << 20;         ///< that is kept to be looked at
constexpr std::size_t kLargestIdleBuffer = 256 << 10;  ///< every user has one
/// The kernel would otherwise take in megabytes for a reader that is to be slow.
constexpr int kSlowReadersWindow = 16 << 10;

template <typename Value>
void set_option(EasyHandle easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

/// libcurl 7.88 fails (CURLE_HTTP2) when it uses a connection of HTTP/2 in the clear again and
/// something unread waits on it, as after the first answer of Node.js.
bool can_keep_clear_http2() {
  static const bool can = curl_version_info(CURLVERSION_NOW)->version_num >= 0x080100;
  return can;
}

long get_long(EasyHandle easy, CURLINFO what) {
  long value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

}  // namespace

// ---- what libcurl calls ------------------------------------------------------------------------

/// None of these lets an exception out: out of memory ends the program.
struct FullTransfer::Callbacks {
  static FullTransfer& self(void* transfer) { return *static_cast<FullTransfer*>(transfer); }

  /// libcurl takes the end of a connection within the head for the end of the answer.
  static std::size_t on_header(char* text, std::size_t size, std::size_t count,
                               void* transfer) noexcept {
    const std::string_view line(text, size * count);
    FullTransfer& it = self(transfer);
    it.counts_.received_bytes += static_cast<std::int64_t>(line.size());
    if (line == "\r\n" || line == "\n") {
      it.state_.head_complete = true;
    } else if (line.starts_with("HTTP/")) {  // once more after each 1xx and each redirect
      it.state_.head_began = true;
      it.state_.head_complete = false;
      it.head_.clear();
    } else if (it.handling_.wants_head && !it.state_.head_complete) {  // else a trailer
      it.head_.append(line);
    }
    return line.size();
  }

  static std::size_t on_body(char* text, std::size_t size, std::size_t count,
                             void* transfer) noexcept {
    const std::string_view piece(text, size * count);
    FullTransfer& it = self(transfer);
    if (it.must_wait()) return CURL_WRITEFUNC_PAUSE;  // it comes once more
    it.state_.body_bytes += static_cast<std::int64_t>(piece.size());
    if (!it.settings_.compressed)
      it.counts_.received_bytes += static_cast<std::int64_t>(piece.size());
    if (it.handling_.wants_body) {
      it.state_.too_large = it.body_.size() + piece.size() > kLargestBody;
      if (it.state_.too_large) return 0;
      it.body_.append(piece);
    }
    if (!it.aborts(model::Abort::When::at_body) || it.state_.body_bytes < it.abort_bytes())
      return piece.size();
    it.go_away();
    return 0;
  }

  /// The part of a body that is to be written before we go away: libcurl asks again when all that
  /// it was given is written.
  static std::size_t read_body(char* into, std::size_t size, std::size_t count,
                               void* transfer) noexcept {
    FullTransfer& it = self(transfer);
    const std::string& body = *it.request_->body();
    const auto end = std::min(body.size(), static_cast<std::size_t>(it.abort_bytes()));
    const std::size_t piece = std::min(size * count, end - std::min(end, it.state_.uploaded));
    if (piece == 0) {
      it.go_away();
      return CURL_READFUNC_ABORT;
    }
    std::memcpy(into, body.data() + it.state_.uploaded, piece);
    it.state_.uploaded += piece;
    return piece;
  }

  /// Not for a repetition, which the service would see as a connection that nobody uses.
  static curl_socket_t open_socket(void* transfer, curlsocktype, curl_sockaddr* address) noexcept {
    FullTransfer& it = self(transfer);
    if (!it.may_send()) {
      it.state_.again = true;
      return CURL_SOCKET_BAD;
    }
    const int fd = it.group_.open_socket(address->family, address->socktype, address->protocol);
    if (fd >= 0 && it.handling_.receive_rate > 0)
      ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kSlowReadersWindow, sizeof kSlowReadersWindow);
    it.state_.opened = fd >= 0;
    return fd;
  }

  /// libcurl calls this each time that it is about to send, also when it would quietly repeat a
  /// request because a kept connection was found dead. It is let only once for each hop: whether
  /// the service has handled the first one cannot be known, and counts must be exact.
  static int before_sending(void* transfer, char*, char*, int, int) noexcept {
    FullTransfer& it = self(transfer);
    State& state = it.state_;
    if (!it.may_send()) {
      state.again = true;
      return CURL_PREREQFUNC_ABORT;
    }
    if (state.sent > 0) it.on_hop();
    ++state.sent;
    ++it.counts_.sent;
    state.on_new = std::exchange(state.opened, false);
    state.head_began = false;
    it.count_connection();
    if (it.aborts(model::Abort::When::after) && !it.request_->sends_body()) it.on_written();
    return CURL_PREREQFUNC_OK;
  }

  static int on_progress(void* transfer, curl_off_t, curl_off_t, curl_off_t upload_total,
                         curl_off_t uploaded) noexcept {
    FullTransfer& it = self(transfer);
    if (it.state_.sent == 0) return 0;
    if (it.aborts(model::Abort::When::at_upload)) {
      if (it.request_->sends_body() && uploaded >= it.abort_bytes()) it.go_away();
    } else if (upload_total > 0 && uploaded >= upload_total) {
      it.on_written();
    }
    return it.state_.aborted ? 1 : 0;
  }
};

/// Whether libcurl has done all hops that were asked for, and this is another.
bool FullTransfer::may_send() const {
  return state_.sent == 0 || state_.sent <= get_long(easy_, CURLINFO_REDIRECT_COUNT);
}

void FullTransfer::on_hop() {
  state_.sent_bytes_before = get_long(easy_, CURLINFO_REQUEST_SIZE);
  // libcurl keeps a method that it does not know over every redirect.
  if (get_long(easy_, CURLINFO_RESPONSE_CODE) != 303) return;
  set_option(easy_, CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
  must_apply_ = true;
}

void FullTransfer::count_connection() {
  if (state_.on_new) {
    ++counts_.connections;
    on_connection_ = 0;
  }
  ++on_connection_;
  const bool is_last =
      options_.requests_per_connection > 0 && on_connection_ >= options_.requests_per_connection;
  const bool closes = is_last || settings_.own_connection;
  if (closes == closes_) return;
  set_option(easy_, CURLOPT_FORBID_REUSE, closes ? 1L : 0L);
  closes_ = closes;
}

/// libcurl's own limit lets megabytes through before it holds. A piece may come when those before
/// it have had their time.
bool FullTransfer::must_wait() {
  const std::int64_t rate = handling_.receive_rate;
  if (rate <= 0) return false;
  if (state_.body_bytes == 0) state_.body_began = hooks_.now();
  const TimePoint due =
      state_.body_began + std::chrono::microseconds(state_.body_bytes * 1'000'000 / rate);
  if (hooks_.now() >= due) return false;
  hooks_.paused(due);
  return true;
}

/// As an HTTP/1.1 client does, so with HTTP/2: libcurl would end the stream, but not tell anybody
/// before it uses the connection again.
void FullTransfer::go_away() {
  state_.aborted = true;
  set_option(easy_, CURLOPT_FORBID_REUSE, 1L);
  closes_ = true;
}

void FullTransfer::on_written() {
  if (std::exchange(state_.written, true)) return;
  hooks_.written();
}

// ---- options -----------------------------------------------------------------------------------

FullTransfer::FullTransfer(std::size_t user, const Origin& origin, const FullOptions& options,
                           TransferGroup& group, TransferCounts& counts, Hooks hooks)
    : user_(user),
      origin_(origin),
      options_(options),
      group_(group),
      counts_(counts),
      hooks_(std::move(hooks)) {
  start_libcurl();
  easy_ = curl_easy_init();
  if (easy_ == nullptr) throw std::bad_alloc();
  set_up();
  set_up_reaching();
}

FullTransfer::~FullTransfer() {
  curl_easy_cleanup(easy_);
}

std::size_t FullTransfer::user_of(EasyHandle easy) {
  char* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  return reinterpret_cast<FullTransfer*>(transfer)->user_;
}

void FullTransfer::set_up() {
  group_.adopt(easy_);
  set_option(easy_, CURLOPT_PRIVATE, this);
  set_option(easy_, CURLOPT_NOSIGNAL, 1L);
  set_option(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(easy_, CURLOPT_QUICK_EXIT, 1L);  // a cancelled request waits for no name look-up
  set_option(easy_, CURLOPT_WRITEFUNCTION, &Callbacks::on_body);
  set_option(easy_, CURLOPT_WRITEDATA, this);
  set_option(easy_, CURLOPT_HEADERFUNCTION, &Callbacks::on_header);
  set_option(easy_, CURLOPT_HEADERDATA, this);
  set_option(easy_, CURLOPT_READFUNCTION, &Callbacks::read_body);
  set_option(easy_, CURLOPT_READDATA, this);
  set_option(easy_, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
  set_option(easy_, CURLOPT_OPENSOCKETDATA, this);
  set_option(easy_, CURLOPT_PREREQFUNCTION, &Callbacks::before_sending);
  set_option(easy_, CURLOPT_PREREQDATA, this);
  set_option(easy_, CURLOPT_XFERINFOFUNCTION, &Callbacks::on_progress);
  set_option(easy_, CURLOPT_XFERINFODATA, this);
}

void FullTransfer::set_up_reaching() {
  set_option(easy_, CURLOPT_PROXY, options_.proxy.c_str());  // "": none, whatever the environment
  set_option(easy_, CURLOPT_NOPROXY, "");
  set_option(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (options_.http2) set_option(easy_, CURLOPT_HTTPPROXYTUNNEL, 1L);
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(options_.connect_timeout);
  set_option(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  set_option(easy_, CURLOPT_MAXAGE_CONN, kLongestRestSeconds);
  if (!origin_.tls.ca_file.empty()) set_option(easy_, CURLOPT_CAINFO, origin_.tls.ca_file.c_str());
  if (!origin_.tls.verify) {
    set_option(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    set_option(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  set_version();
}

void FullTransfer::set_version() {
  long version = CURL_HTTP_VERSION_1_1;
  if (options_.http2)
    version = settings_.is_https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  set_option(easy_, CURLOPT_HTTP_VERSION, version);
}

void FullTransfer::set(const Settings& wanted) {
  const Settings before = std::exchange(settings_, wanted);
  const auto change = [&](auto Settings::*which, CURLoption option, auto value) {
    if (before.*which != wanted.*which) set_option(easy_, option, value);
  };
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(wanted.timeout);
  change(&Settings::timeout, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  change(&Settings::redirects, CURLOPT_FOLLOWLOCATION, wanted.redirects > 0 ? 1L : 0L);
  change(&Settings::redirects, CURLOPT_MAXREDIRS, static_cast<long>(wanted.redirects));
  change(&Settings::compressed, CURLOPT_ACCEPT_ENCODING,
         static_cast<const char*>(wanted.compressed ? "" : nullptr));
  change(&Settings::send_rate, CURLOPT_MAX_SEND_SPEED_LARGE, curl_off_t{wanted.send_rate});
  change(&Settings::own_connection, CURLOPT_FRESH_CONNECT, wanted.own_connection ? 1L : 0L);
  change(&Settings::watches_upload, CURLOPT_NOPROGRESS, wanted.watches_upload ? 0L : 1L);
  change(&Settings::by_socket, CURLOPT_UNIX_SOCKET_PATH,
         static_cast<const char*>(wanted.by_socket ? origin_.socket_path.c_str() : nullptr));
  if (options_.http2 && before.is_https != wanted.is_https) set_version();
}

bool FullTransfer::is_to_origin(const std::string& url) const {
  const std::string& origin = origin_.url;
  return url.starts_with(origin) &&
         (url.size() == origin.size() || std::strchr("/?#", url[origin.size()]) != nullptr);
}

bool FullTransfer::aborts(model::Abort::When when) const {
  return handling_.abort && handling_.abort->when == when;
}

void FullTransfer::prepare(std::shared_ptr<const PreparedRequest> request,
                           const Handling& handling) {
  handling_ = handling;
  state_ = State();
  head_.clear();
  body_.clear();
  if (body_.capacity() > kLargestIdleBuffer) body_.shrink_to_fit();
  const bool cuts_upload = aborts(model::Abort::When::at_upload);
  if (request_ != request || must_apply_) {
    multipart_ = request->apply(easy_);  // the handle lets go of the former first
    request_ = std::move(request);
    must_apply_ = false;
  }
  if (cuts_upload && request_->body()) {
    set_option(easy_, CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
    must_apply_ = true;
  }
  Settings wanted;
  wanted.is_https = ::strncasecmp(request_->url().c_str(), "https:", 6) == 0;
  wanted.timeout = handling.timeout;
  wanted.redirects = handling.redirects;
  wanted.compressed = handling.compressed;
  wanted.send_rate = handling.send_rate;
  // A slow reader has a small window, which no other request is to find.
  wanted.own_connection = !options_.keep_alive || handling.receive_rate > 0 ||
                          (options_.http2 && !wanted.is_https && !can_keep_clear_http2());
  wanted.watches_upload =
      cuts_upload || (aborts(model::Abort::When::after) && request_->sends_body());
  wanted.by_socket = !origin_.socket_path.empty() && is_to_origin(request_->url());
  set(wanted);
}

// ---- the end -----------------------------------------------------------------------------------

Exchange FullTransfer::finish(int code) {
  take_back_unsent();
  if (settings_.compressed) {
    curl_off_t bytes = 0;
    curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    counts_.received_bytes += bytes;
  }
  Exchange out;
  out.body_bytes = state_.body_bytes;
  out.aborted = state_.aborted;
  if (out.aborted) return out;
  out.failure = failure_of(code);
  if (!out.failure.empty()) return out;
  out.status = static_cast<int>(get_long(easy_, CURLINFO_RESPONSE_CODE));
  out.head = head_;
  out.body = body_;
  return out;
}

std::string_view FullTransfer::failure_of(int code) {
  if (state_.too_large) return kAnswerTooLarge;
  if (code == CURLE_PARTIAL_FILE || (code == CURLE_OK && !state_.head_complete))
    code = state_.head_began ? CURLE_PARTIAL_FILE : CURLE_GOT_NOTHING;
  if (code == CURLE_OK) {
    // Offered HTTP/2, a server may choose HTTP/1.1: not what was to be tested.
    const bool has_chosen =
        !options_.http2 || get_long(easy_, CURLINFO_HTTP_VERSION) >= CURL_HTTP_VERSION_2_0;
    return has_chosen ? std::string_view() : kNoHttp2;
  }
  TransferEnd end;
  end.code = code;
  end.sent = state_.sent > 0;
  end.again = state_.again;
  end.stale = end.sent && !state_.on_new && !state_.head_began;
  end.no_descriptor = group_.out_of_descriptors();
  end.by_proxy = !options_.proxy.empty();
  end.redirected = end.sent && may_send();
  end.system_error = get_long(easy_, CURLINFO_OS_ERRNO);
  return name_failure(end);
}

/// A kept connection may turn out to be dead only at the write: then nothing went out.
void FullTransfer::take_back_unsent() {
  if (state_.sent == 0) return;
  if (get_long(easy_, CURLINFO_REQUEST_SIZE) == state_.sent_bytes_before) --counts_.sent;
}

}  // namespace leakcheck::load
