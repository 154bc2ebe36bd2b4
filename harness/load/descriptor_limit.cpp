#include "harness/load/descriptor_limit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <filesystem>

namespace leakcheck::load {
namespace {

std::uint64_t count_open_descriptors() {
  std::uint64_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error))
    ++count;
  return count;
}

}  // namespace

Result<std::uint64_t> plan_descriptor_limit(std::uint64_t needed, std::uint64_t soft,
                                            std::uint64_t hard) {
  if (needed <= soft) return soft;
  if (needed <= hard) return needed;
  return fail(
      ErrorKind::load,
      fmt::format("the load needs {} open files and sockets, but the limit is {}", needed, hard),
      fmt::format("lower load.vus, or raise the limit: ulimit -n {}", needed));
}

Result<void> ensure_descriptors(std::uint64_t more) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return fail_errno(ErrorKind::load, "the limit of open files cannot be read", errno);
  const auto planned =
      plan_descriptor_limit(count_open_descriptors() + more, limit.rlim_cur, limit.rlim_max);
  if (!planned) return tl::make_unexpected(planned.error());
  if (*planned == limit.rlim_cur) return {};
  limit.rlim_cur = *planned;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    return fail_errno(ErrorKind::load, "the limit of open files cannot be raised", errno,
                      fmt::format("lower load.vus, or run: ulimit -n {}", *planned));
  return {};
}

}  // namespace leakcheck::load
