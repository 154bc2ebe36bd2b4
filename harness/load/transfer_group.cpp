#include "harness/load/transfer_group.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

namespace leakcheck::load {
namespace {

/// By default libcurl keeps four connections for each transfer that runs at that moment, and closes
/// the others when a cycle runs out. Four for each transfer that there may be: requests may name
/// other hosts.
constexpr long kMostConnections = 4 * TransferGroup::kMost;

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

struct TransferGroup::Callbacks {
  static int on_want(CURL*, curl_socket_t fd, int what, void* group_pointer, void*) {
    auto& group = *static_cast<TransferGroup*>(group_pointer);
    std::uint32_t events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
    try {
      group.want(fd, events);
      return 0;
    } catch (...) {
      group.thrown_ = std::current_exception();
      return -1;
    }
  }

  static int on_due(CURLM*, long timeout_ms, void* group_pointer) {
    auto& group = *static_cast<TransferGroup*>(group_pointer);
    group.due_told_ = true;
    group.due_ = timeout_ms < 0 ? TimePoint::max()
                                : group.loop_.now() + std::chrono::milliseconds(timeout_ms);
    return 0;
  }

  static int close_socket(void* group_pointer, curl_socket_t fd) {
    static_cast<TransferGroup*>(group_pointer)->forget(fd);
    return ::close(fd);
  }
};

TransferGroup::TransferGroup(EventLoop& loop, Ended ended, WhenEnded when_ended)
    : loop_(loop), on_ended_(std::move(ended)), when_ended_(when_ended), multi_(curl_multi_init()) {
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Callbacks::on_want);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Callbacks::on_due);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMostConnections);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

TransferGroup::~TransferGroup() {
  loop_.cancel(timer_);
  loop_.cancel(turn_);
  curl_multi_cleanup(multi_);  // calls close_socket() for every connection that is left
  while (!sockets_.empty()) forget(sockets_.begin()->first);
}

void TransferGroup::adopt(EasyHandle easy) {
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

int TransferGroup::open_socket(int family, int type, int protocol) {
  // Close-on-exec: a process started later must not hold our connections open.
  const int fd = ::socket(family, type | SOCK_CLOEXEC, protocol);
  out_of_descriptors_ = fd < 0 && (errno == EMFILE || errno == ENFILE);
  if (fd < 0) return fd;
  try {
    sockets_[fd].is_ours = true;
  } catch (...) {
    ::close(fd);
    return -1;
  }
  return fd;
}

void TransferGroup::start(EasyHandle easy) {
  if (curl_multi_add_handle(multi_, easy) == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  started_ = true;
}

void TransferGroup::resume(EasyHandle easy) {
  curl_easy_pause(easy, CURLPAUSE_CONT);
  started_ = true;
  flush();
}

void TransferGroup::flush() {
  if (!started_) return;
  started_ = false;
  act(CURL_SOCKET_TIMEOUT, 0);
  // Some have ended already (refused). They wait for the loop's next turn, so that a virtual user
  // whose requests all fail at once does not keep the loop to itself.
  collect_ended();
  if (!ended_.empty() && turn_ == 0)
    turn_ = loop_.call_at(loop_.now(), [this] {
      turn_ = 0;
      settle();
    });
}

void TransferGroup::cancel(EasyHandle easy) {
  std::erase_if(ended_, [&](const EndedTransfer& ended) { return ended.easy == easy; });
  curl_multi_remove_handle(multi_, easy);
}

/// libcurl lets go of a connection after each answer and wants it back for the next request.
/// Meanwhile the loop keeps watching, which saves two system calls a request. But a socket that is
/// still being connected (it waits to be writable) libcurl closes itself, and only says here that
/// it is gone; its number may soon be another's.
void TransferGroup::want(int fd, std::uint32_t events) {
  Socket& socket = sockets_[fd];
  socket.wanted = events;
  if (events == 0 && (!socket.is_ours || (socket.watched == EPOLLOUT && !is_open(fd))))
    return forget(fd);
  if (events == 0 || events == socket.watched) return;
  if (socket.watched == 0)
    loop_.watch(fd, events, [this, fd](std::uint32_t ready) { on_socket(fd, ready); });
  else
    loop_.change(fd, events);
  socket.watched = events;
}

void TransferGroup::forget(int fd) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return;
  if (found->second.watched != 0) loop_.unwatch(fd);
  sockets_.erase(found);
}

void TransferGroup::on_socket(int fd, std::uint32_t events) {
  Socket& socket = sockets_[fd];
  if (socket.wanted == 0) {
    // The other end closed a connection that rests; libcurl notices before it uses it again.
    loop_.unwatch(fd);
    socket.watched = 0;
    return;
  }
  int ready = 0;  // none: libcurl looks for itself and finds the error
  if ((events & EPOLLIN) != 0) ready |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) ready |= CURL_CSELECT_OUT;
  act(fd, ready);
  settle();
}

void TransferGroup::on_timer() {
  timer_ = 0;
  armed_for_ = TimePoint::max();
  if (due_ <= loop_.now()) {
    act(CURL_SOCKET_TIMEOUT, 0);
    settle();
  } else {
    arm_timer();
  }
}

void TransferGroup::act(int fd, int events) {
  due_told_ = false;
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (!due_told_ && due_ <= loop_.now()) {
    // Called a little early by its own reckoning, libcurl does not repeat what it said before.
    long timeout_ms = -1;
    curl_multi_timeout(multi_, &timeout_ms);
    Callbacks::on_due(multi_, timeout_ms, this);
  }
  arm_timer();
}

void TransferGroup::collect_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const EndedTransfer ended{message->easy_handle, message->data.result};
    if (when_ended_ == WhenEnded::leaves) curl_multi_remove_handle(multi_, ended.easy);
    ended_.push_back(ended);
  }
}

void TransferGroup::settle() {
  collect_ended();
  // One by one, because any of them may cancel others; those that end meanwhile wait.
  for (std::size_t left = ended_.size(); left > 0 && !ended_.empty(); --left) {
    const EndedTransfer one = ended_.front();
    ended_.erase(ended_.begin());
    on_ended_(one.easy, one.result);
  }
  flush();
}

/// A timer that fires early is set again then, so that moving it back costs nothing.
void TransferGroup::arm_timer() {
  if (due_ >= armed_for_) return;
  loop_.cancel(timer_);
  armed_for_ = due_;
  timer_ = loop_.call_at(due_, [this] { on_timer(); });
}

}  // namespace leakcheck::load
