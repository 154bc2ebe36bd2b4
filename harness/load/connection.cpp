#include "harness/load/connection.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "harness/load/failure.hpp"
#include "harness/load/start_libcurl.hpp"
#include "harness/load/transfer_group.hpp"

namespace leakcheck::load {
namespace {

/// libcurl looks at the connections of a group now and then, and closes those that rested longer.
/// Ours are in use, whatever it thinks: no limit that a run could reach.
constexpr long kLongestAgeSeconds = 10L * 365 * 24 * 3600;

/// What the other end may say before it was asked anything.
constexpr std::size_t kEarlyBytes = 512;

std::string_view name_of(int system_error) {
  switch (system_error) {
    case ECONNRESET:
    case EPIPE:
      return kConnectionReset;
    case ETIMEDOUT:
      return kTimeout;
    default:
      return kTransferFailed;
  }
}

Connection::Moved failed(int system_error) {
  Connection::Moved moved;
  if (system_error == EAGAIN || system_error == EWOULDBLOCK || system_error == EINTR) {
    moved.would_block = true;
  } else {
    moved.system_error = system_error;
    moved.failure = name_of(system_error);
  }
  return moved;
}

/// A handle of libcurl's with the place in a group that it keeps for good.
struct Slot {
  TransferGroup* group = nullptr;
  EasyHandle easy = nullptr;
  std::size_t at = 0;  // among all
  Connector::Id generation = 0;
  Connector::Opened opened;  // while it is being opened
};

}  // namespace

struct Connector::State {
  State(EventLoop& event_loop, Origin whom, Duration connect_timeout)
      : loop(event_loop), origin(std::move(whom)), timeout(connect_timeout) {}
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void add_group();
  void set_up(Slot& slot) const;
  void on_ended(Slot& slot, int result);
  void release(Slot& slot);

  EventLoop& loop;
  Origin origin;
  Duration timeout;
  std::vector<std::unique_ptr<TransferGroup>> groups;
  std::vector<std::unique_ptr<Slot>> slots;
  std::vector<std::size_t> free;  // slots
};

struct Connection::State {
  Connector::State& connector;
  Slot& slot;
  int fd = -1;
  bool is_plain = false;  // the socket's bytes are ours: no TLS
  bool resets = false;
  bool has_first = false;  // what the first look at the connection found
  Moved first{};
  std::array<char, kEarlyBytes> early{};

  Moved receive_by_libcurl(std::span<char> into) const;
  Moved tell_apart(CURLcode code) const;
  void look_first();
};

Connector::State::~State() {
  for (const auto& slot : slots) {
    slot->group->cancel(slot->easy);
    curl_easy_cleanup(slot->easy);
  }
}

/// libcurl finds a handle's connection by looking through all of its group, at every send and
/// receive: groups are small.
void Connector::State::add_group() {
  groups.push_back(std::make_unique<TransferGroup>(
      loop,
      [this](EasyHandle easy, int result) {
        char* slot = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
        on_ended(*reinterpret_cast<Slot*>(slot), result);
      },
      TransferGroup::WhenEnded::stays));
  for (std::size_t i = 0; i < TransferGroup::kMost; ++i) {
    auto slot = std::make_unique<Slot>();
    slot->group = groups.back().get();
    slot->at = slots.size();
    slots.push_back(std::move(slot));
  }
  for (std::size_t i = 1; i <= TransferGroup::kMost; ++i) free.push_back(slots.size() - i);
}

void Connector::State::set_up(Slot& slot) const {
  slot.easy = curl_easy_init();
  if (slot.easy == nullptr) throw std::bad_alloc();
  const auto set = [&](CURLoption option, auto value) {
    if (curl_easy_setopt(slot.easy, option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  };
  slot.group->adopt(slot.easy);
  set(CURLOPT_PRIVATE, &slot);
  set(CURLOPT_URL, origin.url.c_str());
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_QUICK_EXIT, 1L);  // what is cancelled does not wait for its name look-up
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_BUFFERSIZE, 1024L);  // never used, but allocated
  set(CURLOPT_MAXAGE_CONN, kLongestAgeSeconds);
  const auto open_socket = [](void* slot_pointer, curlsocktype,
                              curl_sockaddr* address) -> curl_socket_t {
    return static_cast<Slot*>(slot_pointer)
        ->group->open_socket(address->family, address->socktype, address->protocol);
  };
  set(CURLOPT_OPENSOCKETFUNCTION, static_cast<curl_opensocket_callback>(open_socket));
  set(CURLOPT_OPENSOCKETDATA, &slot);
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(wait.count()));
  if (!origin.socket_path.empty()) set(CURLOPT_UNIX_SOCKET_PATH, origin.socket_path.c_str());
  if (!origin.tls.ca_file.empty()) set(CURLOPT_CAINFO, origin.tls.ca_file.c_str());
  set(CURLOPT_SSL_VERIFYPEER, origin.tls.verify ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, origin.tls.verify ? 2L : 0L);
}

/// Takes the handle out of its group, which closes the connection.
void Connector::State::release(Slot& slot) {
  slot.group->cancel(slot.easy);
  slot.opened = nullptr;
  ++slot.generation;
  free.push_back(slot.at);
}

void Connector::State::on_ended(Slot& slot, int result) {
  const Opened opened = std::exchange(slot.opened, nullptr);
  if (!opened) return;
  if (result != CURLE_OK) {
    TransferEnd end;
    end.code = result;
    end.no_descriptor = slot.group->out_of_descriptors();
    curl_easy_getinfo(slot.easy, CURLINFO_OS_ERRNO, &end.system_error);
    release(slot);
    return opened(nullptr, name_failure(end));
  }
  auto state = std::make_unique<Connection::State>(Connection::State{*this, slot});
  curl_socket_t fd = CURL_SOCKET_BAD;
  curl_easy_getinfo(slot.easy, CURLINFO_ACTIVESOCKET, &fd);
  state->fd = fd;
  state->is_plain = origin.url.starts_with("http:");
  state->look_first();
  opened(std::unique_ptr<Connection>(new Connection(std::move(state))), {});
}

Connector::Connector(EventLoop& loop, Origin origin, Duration timeout) {
  start_libcurl();
  state_ = std::make_unique<State>(loop, std::move(origin), timeout);
}

Connector::~Connector() = default;

Connector::Id Connector::open(Opened opened) {
  State& state = *state_;
  if (state.free.empty()) state.add_group();
  const std::size_t at = state.free.back();
  Slot& slot = *state.slots[at];
  if (slot.easy == nullptr) state.set_up(slot);
  state.free.pop_back();
  slot.opened = std::move(opened);
  slot.group->start(slot.easy);
  slot.group->flush();
  return (slot.generation << 32) | at;
}

void Connector::cancel(Id id) {
  Slot& slot = *state_->slots[id & 0xffffffff];
  if ((slot.generation & 0xffffffff) == id >> 32 && slot.opened) state_->release(slot);
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}

Connection::~Connection() {
  if (state_->resets) {
    // At once, before libcurl can say goodbye (TLS).
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(state_->fd, &nowhere, sizeof nowhere);
  }
  state_->connector.release(state_->slot);
}

int Connection::fd() const {
  return state_->fd;
}

void Connection::reset_on_close() {
  state_->resets = true;
}

/// The first use of the handle after its transfer gives it its connection back. Until then libcurl
/// may take the connection for one that rests, and look whether to close it.
void Connection::State::look_first() {
  if (is_plain) {
    std::size_t none = 0;
    char nothing = 0;
    curl_easy_recv(slot.easy, &nothing, 0, &none);  // moves nothing, so that it cannot fail either
    return;
  }
  first = receive_by_libcurl(early);
  has_first = !first.would_block;
}

Connection::Moved Connection::State::tell_apart(CURLcode code) const {
  const int system_error = errno;
  if (code == CURLE_AGAIN) return failed(EAGAIN);
  if (system_error != 0 && system_error != EAGAIN) return failed(system_error);
  // Many servers close a connection without saying so in TLS first.
  char next = 0;
  if (::recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
    Moved moved;
    moved.closed = true;
    return moved;
  }
  Moved moved;
  moved.failure = kTlsFailure;
  return moved;
}

Connection::Moved Connection::State::receive_by_libcurl(std::span<char> into) const {
  Moved moved;
  errno = 0;
  const CURLcode code = curl_easy_recv(slot.easy, into.data(), into.size(), &moved.bytes);
  if (code != CURLE_OK) return tell_apart(code);
  moved.closed = moved.bytes == 0;
  return moved;
}

Connection::Moved Connection::send(std::string_view bytes) {
  Moved moved;
  if (state_->is_plain) {
    const auto count = ::send(state_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return failed(errno);
    moved.bytes = static_cast<std::size_t>(count);
    return moved;
  }
  errno = 0;
  const CURLcode code = curl_easy_send(state_->slot.easy, bytes.data(), bytes.size(), &moved.bytes);
  if (code == CURLE_OK) return moved;
  Moved end = state_->tell_apart(code);
  if (end.closed) end = failed(EPIPE);
  return end;
}

Connection::Moved Connection::receive(std::span<char> into) {
  if (state_->has_first) {
    Moved moved = state_->first;
    moved.bytes = std::min(moved.bytes, into.size());
    std::memcpy(into.data(), state_->early.data(), moved.bytes);
    state_->first.bytes -= moved.bytes;
    std::memmove(state_->early.data(), state_->early.data() + moved.bytes, state_->first.bytes);
    state_->has_first = state_->first.bytes > 0;
    return moved;
  }
  if (!state_->is_plain) return state_->receive_by_libcurl(into);
  const auto count = ::recv(state_->fd, into.data(), into.size(), 0);
  if (count < 0) return failed(errno);
  Moved moved;
  moved.bytes = static_cast<std::size_t>(count);
  moved.closed = count == 0;
  return moved;
}

}  // namespace leakcheck::load
