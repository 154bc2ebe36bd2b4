#include "harness/run/interrupt.hpp"

#include <doctest/doctest.h>
#include <sys/signalfd.h>

#include <csignal>

#include "harness/base/unique_fd.hpp"

using namespace leakcheck;

TEST_SUITE("Interrupt") {
  TEST_CASE("the first signal is a request, the second an order, and the first gives the name") {
    sigset_t watched, before;
    sigemptyset(&watched);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGHUP);
    sigprocmask(SIG_BLOCK, &watched, &before);
    const UniqueFd fd(::signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC));
    {
      EventLoop loop;
      run::Interrupt interrupt(fd.get(), loop);
      CHECK_FALSE(interrupt.requested());

      ::raise(SIGTERM);
      REQUIRE(loop.run_until([&] { return interrupt.requested(); },
                             loop.now() + std::chrono::seconds(5)));
      CHECK_FALSE(interrupt.insisted());

      ::raise(SIGHUP);
      REQUIRE(loop.run_until([&] { return interrupt.insisted(); },
                             loop.now() + std::chrono::seconds(5)));
      CHECK(interrupt.signal() == SIGTERM);
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
  }

  TEST_CASE("without a descriptor it never asks for anything") {
    EventLoop loop;
    const run::Interrupt interrupt(-1, loop);
    CHECK_FALSE(interrupt.requested());
    CHECK(interrupt.signal() == 0);
  }
}
