#include "harness/load/start_libcurl.hpp"

#include <curl/curl.h>

#include <csignal>
#include <new>

namespace leakcheck::load {
namespace {

struct Libcurl {
  Libcurl() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
    struct sigaction present {};
    if (::sigaction(SIGPIPE, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
      ::signal(SIGPIPE, SIG_IGN);
  }
  ~Libcurl() { curl_global_cleanup(); }
  Libcurl(const Libcurl&) = delete;
  Libcurl& operator=(const Libcurl&) = delete;
};

}  // namespace

void start_libcurl() {
  static const Libcurl libcurl;
}

}  // namespace leakcheck::load
