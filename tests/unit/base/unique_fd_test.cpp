#include "harness/base/unique_fd.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

using leakcheck::UniqueFd;

namespace {

int open_null() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

TEST_CASE("UniqueFd: it closes what it owns, once") {
  const int number = open_null();
  {
    const UniqueFd fd(number);
    CHECK(fd);
    CHECK(fd.get() == number);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
  CHECK_FALSE(UniqueFd());
}

TEST_CASE("UniqueFd: moving hands the descriptor over, and the old one of the taker is closed") {
  UniqueFd from(open_null());
  UniqueFd to(open_null());
  const int kept = from.get();
  const int closed = to.get();
  to = std::move(from);
  CHECK(to.get() == kept);
  CHECK_FALSE(from);  // NOLINT(bugprone-use-after-move): empty, as documented by its type
  CHECK(is_open(kept));
  CHECK_FALSE(is_open(closed));
  UniqueFd last(std::move(to));
  last.reset();
  CHECK_FALSE(last);
  CHECK_FALSE(is_open(kept));
}

TEST_CASE("UniqueFd: a move onto itself keeps the descriptor") {
  UniqueFd fd(open_null());
  UniqueFd& same = fd;
  fd = std::move(same);
  CHECK(is_open(fd.get()));
}
