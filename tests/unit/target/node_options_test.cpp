#include "harness/target/node_options.hpp"

#include <doctest/doctest.h>

using namespace leakcheck::target;

TEST_SUITE("NodeOptions") {
  TEST_CASE("plain options stand as they are, others are quoted as Node.js reads them") {
    CHECK(quote_node_option("--max-old-space-size=64") == "--max-old-space-size=64");
    CHECK(quote_node_option("/a b/c.cjs") == R"("/a b/c.cjs")");
    CHECK(quote_node_option(R"(/it's "so"\x)") == R"("/it's \"so\"\\x")");
  }

  TEST_CASE("ours come behind the user's, the preload last") {
    NodeOptions options;
    options.users = "--enable-source-maps";
    options.max_old_space_mb = 128;
    options.flags = {"--stack-trace-limit=50"};
    options.preload = "/run/my agent.cjs";
    CHECK(options.render() ==
          "--enable-source-maps --expose-gc --max-old-space-size=128 --stack-trace-limit=50 "
          R"(--require "/run/my agent.cjs")");
    options.expose_gc = false;
    options.users.clear();
    CHECK(options.render().find("--expose-gc") == std::string::npos);
    CHECK(options.render().front() == '-');
  }

  TEST_CASE("without the agent nothing of it is there") {
    NodeOptions options;
    options.users = "--enable-source-maps";
    options.max_old_space_mb = 128;
    options.flags = {"--stack-trace-limit=50"};
    CHECK(options.render() ==
          "--enable-source-maps --max-old-space-size=128 --stack-trace-limit=50");
  }

  TEST_CASE("a refused option is read from Node's own words") {
    CHECK(find_refused_option("node: --expose-gc is not allowed in NODE_OPTIONS\n") ==
          "--expose-gc");
    CHECK(find_refused_option("/usr/bin/node: --no-opt is not allowed in NODE_OPTIONS") ==
          "--no-opt");
    CHECK(find_refused_option("--x is not allowed in NODE_OPTIONS") == "--x");
    CHECK_FALSE(find_refused_option("something else is not allowed"));
    CHECK_FALSE(find_refused_option(""));
  }
}
