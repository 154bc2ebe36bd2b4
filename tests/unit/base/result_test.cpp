#include "harness/base/result.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace leakcheck;

TEST_CASE("Result: a failure carries its kind, its sentence and its cure") {
  const Result<int> result = fail(ErrorKind::target, "it died", "look at its log");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == ErrorKind::target);
  CHECK(result.error().message == "it died");
  CHECK(result.error().hint == "look at its log");
  CHECK(Result<void>(fail(ErrorKind::usage, "no")).error().hint.empty());
}

TEST_CASE("Result: a failed system call is told in words") {
  const Result<void> result =
      fail_errno(ErrorKind::io, "cannot read a.yaml", ENOENT, "check its name");
  CHECK(result.error().kind == ErrorKind::io);
  CHECK(result.error().message == "cannot read a.yaml: No such file or directory");
  CHECK(result.error().hint == "check its name");
}

TEST_CASE("Result: context goes before the message, and kind and cure stay") {
  const Result<void> inner = fail(ErrorKind::load, "connection refused", "start it");
  const Result<int> outer = with_context(inner.error(), "GET /orders");
  CHECK(outer.error().kind == ErrorKind::load);
  CHECK(outer.error().message == "GET /orders: connection refused");
  CHECK(outer.error().hint == "start it");
}
