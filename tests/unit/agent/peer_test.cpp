#include "harness/agent/peer.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using namespace leakcheck::agent;

TEST_SUITE("Peer") {
  TEST_CASE("readings stand by pid and thread, whatever the order of the answers") {
    Collected sum;
    for (const auto& [pid, thread] : {std::pair(20, 0), {10, 3}, {20, 1}, {10, 0}}) {
      Peer peer;
      peer.process.hello.pid = pid;
      peer.process.hello.thread = thread;
      add(sum, peer, {{100}, {0}, {pid + thread}, {0}, {0}}, pid);
    }
    std::string order;
    for (const model::Reading& it : sum.readings)
      order += std::to_string(it.pid) + "/" + std::to_string(it.thread) + " ";
    CHECK(order == "10/0 10/3 20/0 20/1 ");
    CHECK(sum.processes == 4);
    CHECK(sum.memory.rss.count == 200);
    CHECK(sum.memory.heap_used.count == 64);
    CHECK(sum.collect_ms == 20);
    CHECK(has_main_reading(sum, 10));
    CHECK_FALSE(has_main_reading(sum, 3));
  }
}
