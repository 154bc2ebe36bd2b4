#include "harness/target/tls_probe.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <new>
#include <utility>

namespace leakcheck::target {
namespace {

/// Between two looks at a try under way: a readiness that is seen so much later costs nothing, and
/// libcurl's own sockets need no place in the loop.
constexpr std::chrono::milliseconds kLookEvery{3};

std::size_t discard(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

/// Close-on-exec: a service that is started again must not hold it.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

class TlsProbe final : public ReadyProbe {
 public:
  TlsProbe(const Address& address, const model::HttpReady& expected, const Reach& reach,
           EventLoop& loop, std::function<void()> on_ready)
      : expected_(expected),
        reach_(reach),
        loop_(loop),
        on_ready_(std::move(on_ready)),
        multi_(curl_multi_init()),
        easy_(curl_easy_init()) {
    if (multi_ == nullptr || easy_ == nullptr) throw std::bad_alloc();
    set_up(fmt::format("https://{}:{}{}{}", url_host(address), address.port, address.path,
                       expected.path));
    try_now();
  }
  ~TlsProbe() override {
    loop_.cancel(timer_);
    curl_multi_remove_handle(multi_, easy_);
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  TlsProbe(const TlsProbe&) = delete;
  TlsProbe& operator=(const TlsProbe&) = delete;

  std::string last_seen() const override { return last_seen_; }

 private:
  /// SIGPIPE is left to libcurl, which ignores it while it writes.
  void set_up(const std::string& url) {
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy_, option, value); };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_USERAGENT, "leakcheck");
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::chrono::milliseconds(kProbePatience).count()));
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_ERRORBUFFER, why_.data());
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_WRITEFUNCTION, &discard);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, this);
    if (!reach_.socket_path.empty()) set(CURLOPT_UNIX_SOCKET_PATH, reach_.socket_path.c_str());
    if (!reach_.tls.ca_file.empty()) set(CURLOPT_CAINFO, reach_.tls.ca_file.c_str());
    if (reach_.tls.verify) return;
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }

  /// The status is enough: what follows may never end.
  static std::size_t on_header(char* text, std::size_t size, std::size_t count, void* probe) {
    const std::size_t length = size * count;
    const std::string line(text, std::min<std::size_t>(length, 32));
    int status = 0;
    if (std::sscanf(line.c_str(), "HTTP/%*9s %3d", &status) != 1 || status < 200) return length;
    static_cast<TlsProbe*>(probe)->status_ = status;
    return 0;
  }

  void try_now() {
    status_ = 0;
    why_[0] = '\0';
    curl_multi_add_handle(multi_, easy_);
    look();
  }

  void look() {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (message == nullptr) {
      timer_ = loop_.call_after(kLookEvery, [this] { look(); });
      return;
    }
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_, easy_);
    if (status_ != 0 && accepts(expected_, status_)) return succeed();
    try_later(status_ != 0 ? fmt::format("GET {} answers {}", expected_.path, status_)
                           : explain(code));
  }

  /// In the loop's next turn: whoever waits may not have got the probe yet.
  void succeed() {
    timer_ = loop_.call_after(Duration(0), [this] {
      timer_ = 0;
      const auto on_ready = on_ready_;
      on_ready();  // may destroy this probe
    });
  }

  void try_later(std::string why) {
    last_seen_ = std::move(why);
    timer_ = loop_.call_after(pause_, [this] { try_now(); });
    pause_ = longer_pause(pause_);
  }

  std::string explain(CURLcode code) const {
    const std::string why = why_[0] != '\0' ? why_.data() : curl_easy_strerror(code);
    switch (code) {
      case CURLE_COULDNT_CONNECT:
        return "nobody listens there";
      case CURLE_OPERATION_TIMEDOUT:
        return "no answer within 5 s";
      case CURLE_PEER_FAILED_VERIFICATION:
        return fmt::format(
            "its certificate is not trusted ({}); name the certificate in target.tls.ca, or write "
            "target.tls.verify: false",
            why);
      case CURLE_SSL_CACERT_BADFILE:
        return fmt::format("the file {} of target.tls.ca holds no certificate in PEM form",
                           reach_.tls.ca_file.string());
      case CURLE_SSL_CONNECT_ERROR:
        return fmt::format("it does not speak TLS ({}); is target.url http?", why);
      default:
        return why;
    }
  }

  const model::HttpReady expected_;
  const Reach reach_;
  EventLoop& loop_;
  std::function<void()> on_ready_;
  CURLM* multi_;
  CURL* easy_;
  int status_ = 0;  // of the answer to this try
  std::array<char, CURL_ERROR_SIZE> why_{};
  std::string last_seen_ = "nobody listens there";
  EventLoop::TimerId timer_ = 0;
  std::chrono::milliseconds pause_ = kFirstProbePause;
};

}  // namespace

std::unique_ptr<ReadyProbe> start_tls_probe(const Address& address,
                                            const model::HttpReady& expected, const Reach& reach,
                                            EventLoop& loop, std::function<void()> on_ready) {
  return std::make_unique<TlsProbe>(address, expected, reach, loop, std::move(on_ready));
}

}  // namespace leakcheck::target
