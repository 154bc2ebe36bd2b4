#include "harness/load/full_client.hpp"

#include <curl/curl.h>

#include <algorithm>
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

}  // namespace

struct FullClient::Callbacks {
  static std::size_t discard(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
  }

  /// libcurl takes the end of a connection within the head for the end of the answer.
  static std::size_t on_header(char* text, std::size_t size, std::size_t count,
                               void* slot_pointer) {
    const std::string_view line(text, size * count);
    auto& slot = *static_cast<Slot*>(slot_pointer);
    if (line == "\r\n" || line == "\n")
      slot.head_complete = true;
    else if (line.starts_with("HTTP/"))  // once more after each 1xx
      slot.head_complete = false;
    return line.size();
  }

  /// Not for a repetition, which the service would see as a connection that nobody uses.
  static curl_socket_t open_socket(void* slot_pointer, curlsocktype, curl_sockaddr* address) {
    auto& slot = *static_cast<Slot*>(slot_pointer);
    if (slot.sent) {
      slot.again = true;
      return CURL_SOCKET_BAD;
    }
    return slot.group->open_socket(address->family, address->socktype, address->protocol);
  }

  /// libcurl calls this each time that it is about to send, also when it would quietly repeat a
  /// request because a kept connection was found dead. It is let only once: whether the service
  /// has handled the first one cannot be known, and counts must be exact.
  static int before_sending(void* slot_pointer, char*, char*, int, int) {
    auto& slot = *static_cast<Slot*>(slot_pointer);
    if (slot.sent) {
      slot.again = true;
      return CURL_PREREQFUNC_ABORT;
    }
    slot.sent = true;
    ++slot.client->sent_;
    return CURL_PREREQFUNC_OK;
  }
};

FullClient::FullClient(EventLoop& loop, std::size_t users, Options options, Done done)
    : options_(options), done_(std::move(done)) {
  start_libcurl();
  const std::size_t groups =
      std::max<std::size_t>(1, (users + TransferGroup::kMost - 1) / TransferGroup::kMost);
  for (std::size_t i = 0; i < groups; ++i)
    groups_.push_back(std::make_unique<TransferGroup>(loop, [this](EasyHandle easy, int result) {
      char* slot = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
      on_ended(*reinterpret_cast<Slot*>(slot), result);
    }));
  for (std::size_t user = 0; user < users; ++user) {
    auto slot = std::make_unique<Slot>();
    slot->client = this;
    slot->group = groups_[user % groups].get();
    slot->user = user;
    set_up(*slot);
    slots_.push_back(std::move(slot));
  }
}

FullClient::~FullClient() {
  for (const auto& slot : slots_) {
    cancel(slot->user);
    curl_easy_cleanup(slot->easy);
  }
}

void FullClient::set_up(Slot& slot) {
  slot.easy = curl_easy_init();
  if (slot.easy == nullptr) throw std::bad_alloc();
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(slot.easy, option, value);
  };
  slot.group->adopt(slot.easy);
  set(CURLOPT_PRIVATE, &slot);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PROXY, "");
  set(CURLOPT_QUICK_EXIT, 1L);  // a cancelled request does not wait for its name look-up
  set(CURLOPT_WRITEFUNCTION, &Callbacks::discard);
  set(CURLOPT_HEADERFUNCTION, &Callbacks::on_header);
  set(CURLOPT_HEADERDATA, &slot);
  set(CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
  set(CURLOPT_OPENSOCKETDATA, &slot);
  set(CURLOPT_PREREQFUNCTION, &Callbacks::before_sending);
  set(CURLOPT_PREREQDATA, &slot);
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(options_.timeout);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_MAXAGE_CONN, kLongestRestSeconds);
  set(CURLOPT_FRESH_CONNECT, options_.keep_alive ? 0L : 1L);
  set(CURLOPT_FORBID_REUSE, options_.keep_alive ? 0L : 1L);
}

void FullClient::start(std::size_t user, std::shared_ptr<const PreparedRequest> request) {
  Slot& slot = *slots_[user];
  if (slot.request != request) {
    request->apply(slot.easy);
    slot.request = std::move(request);
  }
  slot.sent = slot.again = slot.head_complete = false;
  slot.in_flight = true;
  slot.group->start(slot.easy);
}

void FullClient::flush() {
  for (const auto& group : groups_) group->flush();
}

bool FullClient::is_in_flight(std::size_t user) const {
  return slots_[user]->in_flight;
}

void FullClient::cancel(std::size_t user) {
  Slot& slot = *slots_[user];
  if (!slot.in_flight) return;
  slot.in_flight = false;
  slot.group->cancel(slot.easy);
  take_back_unsent(slot);
}

void FullClient::on_ended(Slot& slot, int result) {
  slot.in_flight = false;
  take_back_unsent(slot);
  done_(slot.user, exchange_of(slot, result));
}

Exchange FullClient::exchange_of(const Slot& slot, int result) {
  if (result == CURLE_OK && !slot.head_complete) result = CURLE_PARTIAL_FILE;
  if (result == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(slot.easy, CURLINFO_RESPONSE_CODE, &status);
    return {static_cast<int>(status), {}};
  }
  TransferEnd end;
  end.code = result;
  end.sent = slot.sent;
  end.again = slot.again;
  end.no_descriptor = slot.group->out_of_descriptors();
  curl_easy_getinfo(slot.easy, CURLINFO_OS_ERRNO, &end.system_error);
  long connects = 0;
  long head_bytes = 0;
  curl_easy_getinfo(slot.easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo(slot.easy, CURLINFO_HEADER_SIZE, &head_bytes);
  end.stale = connects == 0 && head_bytes == 0;
  return {0, name_failure(end)};
}

/// A kept connection may turn out to be dead only at the write: then nothing went out.
void FullClient::take_back_unsent(Slot& slot) {
  if (!slot.sent) return;
  long bytes = 0;
  curl_easy_getinfo(slot.easy, CURLINFO_REQUEST_SIZE, &bytes);
  if (bytes == 0) --sent_;
}

}  // namespace leakcheck::load
