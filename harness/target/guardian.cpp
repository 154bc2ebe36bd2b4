#include "harness/target/guardian.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>

#include "harness/target/processes.hpp"

namespace leakcheck::target {
namespace {

constexpr int kReleased = -1;

/// The guardian's whole life. It has no event loop, no logs and nothing to say.
[[noreturn]] void stand_guard(int pipe, const std::string& mark) {
  // The terminal's Ctrl-C is for leakcheck: away from its session.
  ::setsid();
  ::prctl(PR_SET_NAME, "leakcheck-guard");
  int group = 0;
  for (;;) {
    int word = 0;
    const ssize_t count = ::read(pipe, &word, sizeof word);
    if (count < 0 && errno == EINTR) continue;
    if (count == sizeof word && word == kReleased) ::_exit(0);
    if (count != sizeof word) break;
    group = word;
  }
  kill_all(group, mark, 0);
  ::_exit(0);
}

void close_all_but(int kept) {
  // 0, 1 and 2 too: a pipe that we hold open would keep its reader waiting.
  if (kept > 0) ::close_range(0, static_cast<unsigned>(kept) - 1, 0);
  ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
}

}  // namespace

Result<Guardian> Guardian::post(const std::string& mark) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno(ErrorKind::target, "cannot start the guardian process", errno);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const int pid = ::fork();
  if (pid < 0)
    return fail_errno(ErrorKind::target, "cannot start the guardian process", errno,
                      "raise the limit of processes (ulimit -u)");
  if (pid == 0) {
    write_end.reset();  // also where the kernel has no close_range (before 5.9)
    close_all_but(read_end.get());
    stand_guard(read_end.get(), mark);
  }
  return Guardian(pid, std::move(write_end));
}

Guardian::Guardian(Guardian&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), pipe_(std::move(other.pipe_)) {}

Guardian::~Guardian() {
  if (pid_ == 0) return;
  tell(kReleased);
  pipe_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void Guardian::watch(int group) {
  tell(group);
}

void Guardian::tell(int word) {
  // Should somebody have killed the guardian, the run goes on; PR_SET_PDEATHSIG still holds.
  if (::send(pipe_.get(), &word, sizeof word, MSG_NOSIGNAL) != sizeof word) ::kill(pid_, SIGKILL);
}

}  // namespace leakcheck::target
