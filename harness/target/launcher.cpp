#include "harness/target/launcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>
#include <cerrno>
#include <sstream>

namespace leakcheck::target {
namespace {

namespace fs = std::filesystem;
namespace process = boost::process::v2;

/// What happens in the child between fork and exec.
struct ChildSetup {
  template <typename Launcher, typename Path, typename Arguments>
  boost::system::error_code on_exec_setup(Launcher&, const Path&, const Arguments&) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // We block signals to read them from a descriptor, and ignore SIGPIPE: not so the service.
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    // Nor what whoever started us has left open; Boost.Process overlooks some. At exec: the pipe
    // that reports a failure is still needed.
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    return {};
  }
  /// Boost.Process would run our exit handlers and flush our streams a second time, in the child.
  template <typename... Arguments>
  void on_exec_error(Arguments&&...) {
    ::_exit(127);
  }
};

tl::unexpected<Failure> not_started(std::string message, std::string hint) {
  return tl::make_unexpected(
      Failure{model::TargetEnd::not_started,
              Error{ErrorKind::target, std::move(message), std::move(hint)}});
}

bool is_executable(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

/// Looks a command up as a shell in `cwd` would.
tl::expected<fs::path, Failure> find_executable(const Command& command) {
  const std::string& name = command.argv.front();
  if (name.find('/') != std::string::npos) {
    const fs::path path = command.cwd / name;
    std::error_code error;
    if (!fs::exists(path, error))
      return not_started(fmt::format("the command {} does not exist", path.string()),
                         "check target.command and target.cwd; a relative path begins at cwd");
    if (!is_executable(path))
      return not_started(fmt::format("the command {} is not executable", path.string()),
                         "chmod +x it, or write [node, " + name + "]");
    return path;
  }
  std::istringstream folders(find_variable(command.environment, "PATH"));
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const fs::path path = command.cwd / folder / name; is_executable(path)) return path;
  return not_started(fmt::format("the command \"{}\" was not found on PATH", name),
                     "install it, or write its path in target.command");
}

/// A pipe whose reading end is non-blocking and ours alone.
bool open_pipe(UniqueFd& read_end, UniqueFd& write_end) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

}  // namespace

std::string find_variable(const std::vector<std::string>& environment, const std::string& name) {
  for (const std::string& entry : environment)
    if (entry.rfind(name + "=", 0) == 0) return entry.substr(name.size() + 1);
  return "";
}

std::string preload_behind(const std::vector<std::string>& environment, const std::string& ours) {
  const std::string users = find_variable(environment, "LD_PRELOAD");
  return users.empty() ? ours : users + ":" + ours;
}

tl::expected<Child, Failure> start(const Command& command) {
  std::error_code error;
  if (!fs::is_directory(command.cwd, error))
    return not_started(fmt::format("the folder {} does not exist", command.cwd.string()),
                       "check target.cwd; a relative path begins at the scenario's folder");
  const auto executable = find_executable(command);
  if (!executable) return tl::make_unexpected(executable.error());

  Child child;
  UniqueFd stdout_end, stderr_end;
  if (!open_pipe(child.stdout_pipe, stdout_end) || !open_pipe(child.stderr_pipe, stderr_end))
    return not_started("cannot open pipes for the service's output",
                       "raise the limit of open files (ulimit -n)");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  boost::asio::io_context context;
  boost::system::error_code failed;
  const std::vector<std::string> arguments(command.argv.begin() + 1, command.argv.end());
  process::default_process_launcher launcher;
  auto started = launcher(context.get_executor(), failed, executable->string(), arguments,
                          process::process_stdio{nullptr, stdout_end.get(), stderr_end.get()},
                          process::process_start_dir(command.cwd.string()),
                          process::process_environment(command.environment), ChildSetup{});
  if (failed) {
    // Boost.Process forgets the child that could not execute.
    if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
    return not_started(fmt::format("the command {} could not be started: {}", executable->string(),
                                   failed.message()),
                       "check that it is a program for this machine, or a script with a #! line");
  }
  child.pid = started.id();
  started.detach();  // we wait for it ourselves, in our own event loop
  child.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  if (!child.pidfd) {
    const int number = errno;
    ::kill(-child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    return not_started(fmt::format("cannot watch the service: pidfd_open: {}",
                                   std::generic_category().message(number)),
                       "leakcheck needs Linux 5.3 or later");
  }
  return child;
}

}  // namespace leakcheck::target
