#include "harness/load/descriptor_limit.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

using namespace leakcheck;
using load::ensure_descriptors;
using load::plan_descriptor_limit;

namespace {

/// The process's limit, put back at the end.
struct KeptLimit {
  rlimit limit{};
  KeptLimit() { REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0); }
  ~KeptLimit() { ::setrlimit(RLIMIT_NOFILE, &limit); }
};

}  // namespace

TEST_CASE("descriptor limit: what is enough stays, what is not is raised to the need") {
  CHECK(plan_descriptor_limit(0, 1024, 4096) == 1024U);
  CHECK(plan_descriptor_limit(1024, 1024, 4096) == 1024U);
  CHECK(plan_descriptor_limit(1025, 1024, 4096) == 1025U);
  CHECK(plan_descriptor_limit(4096, 1024, 4096) == 4096U);
  CHECK(plan_descriptor_limit(1'000'000, 1024, RLIM_INFINITY) == 1'000'000U);
}

TEST_CASE("descriptor limit: past the hard limit there is no load") {
  const auto planned = plan_descriptor_limit(4097, 1024, 4096);
  REQUIRE_FALSE(planned);
  CHECK(planned.error().kind == ErrorKind::load);
  CHECK(planned.error().message ==
        "the load needs 4097 open files and sockets, but the limit is 4096");
  CHECK(planned.error().hint == "lower load.vus, or raise the limit: ulimit -n 4097");
}

TEST_CASE("descriptor limit: the process's soft limit is raised, and left alone when it suffices") {
  const KeptLimit kept;
  rlimit low = kept.limit;
  low.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  REQUIRE(ensure_descriptors(100));
  rlimit now{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
  CHECK(now.rlim_cur > 100);  // those that are open come on top
  CHECK(now.rlim_cur < 200);
  CHECK(now.rlim_max == kept.limit.rlim_max);

  REQUIRE(ensure_descriptors(10));
  rlimit after{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
  CHECK(after.rlim_cur == now.rlim_cur);
}
