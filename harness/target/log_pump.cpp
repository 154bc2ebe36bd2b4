#include "harness/target/log_pump.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace leakcheck::target {
namespace {

constexpr std::size_t kBlock = 64UL * 1024;  // what a pipe holds
constexpr std::size_t kLongestLine = 64UL * 1024;
constexpr int kDrainBlocks = 256;

/// A log on a full disk is cut short; the run goes on.
void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

LogPump::LogPump(std::filesystem::path file, EventLoop& loop)
    : file_(std::move(file)),
      loop_(loop),
      out_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}

LogPump::~LogPump() {
  finish();
}

void LogPump::attach(UniqueFd pipe) {
  if (pipe_) loop_.unwatch(pipe_.get());
  pipe_ = std::move(pipe);
  loop_.watch(pipe_.get(), EPOLLIN, [this](std::uint32_t) { read_some(); });
}

void LogPump::start_over() {
  if (out_ && ::ftruncate(out_.get(), 0) == 0) ::lseek(out_.get(), 0, SEEK_SET);
  written_ = left_out_ = 0;
  recent_.clear();
  partial_line_.clear();
}

void LogPump::set_line_callback(std::function<void(std::string_view)> callback) {
  on_line_ = std::move(callback);
}

bool LogPump::read_some() {
  if (!pipe_) return false;
  std::array<char, kBlock> block;
  const ssize_t count = ::read(pipe_.get(), block.data(), block.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count <= 0) {
    loop_.unwatch(pipe_.get());
    pipe_.reset();
    return false;
  }
  take({block.data(), static_cast<std::size_t>(count)});
  return true;
}

void LogPump::take(std::string_view text) {
  recent_ += text;
  if (recent_.size() > 2 * kTail) recent_.erase(0, recent_.size() - kTail);
  const std::string_view head = text.substr(0, std::min(text.size(), kHead - written_));
  if (out_) write_all(out_.get(), head);
  written_ += head.size();
  left_out_ += text.size() - head.size();
  if (on_line_) find_lines(text);
}

void LogPump::find_lines(std::string_view text) {
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos;) {
    partial_line_ += text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::string line = std::move(partial_line_);
    partial_line_.clear();
    // The callback may take itself away: it has seen what it waited for.
    if (const auto callback = on_line_; callback) callback(line);
  }
  partial_line_ += text;
  if (partial_line_.size() > kLongestLine) partial_line_.clear();
}

void LogPump::drain() {
  for (int i = 0; i < kDrainBlocks && read_some(); ++i) continue;
}

void LogPump::finish() {
  if (pipe_) {
    drain();
    if (pipe_) loop_.unwatch(pipe_.get());
    pipe_.reset();
  }
  if (!out_) return;
  const std::string_view last = std::string_view(recent_).substr(
      recent_.size() - std::min({recent_.size(), kTail, left_out_}));
  if (left_out_ > last.size())
    write_all(out_.get(),
              fmt::format("\n[leakcheck left {} bytes out here]\n", left_out_ - last.size()));
  write_all(out_.get(), last);
  out_.reset();
}

std::string LogPump::tail() const {
  return recent_.substr(recent_.size() - std::min(recent_.size(), kTail));
}

}  // namespace leakcheck::target
