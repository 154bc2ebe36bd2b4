#include "harness/agent/peer.hpp"

#include <algorithm>

namespace leakcheck::agent {

bool Peer::is_usable() const {
  return said_hello && process.problem.empty() && connection->is_open();
}

std::size_t count_open(const Peers& peers) {
  return static_cast<std::size_t>(std::count_if(
      peers.begin(), peers.end(), [](const auto& peer) { return peer->connection->is_open(); }));
}

void forget_the_gone(Peers& peers) {
  const auto is_gone = [](const auto& peer) {
    return !peer->connection->is_open() && peer->process.requests_seen == 0 &&
           peer->seen_by_gone_threads == 0;
  };
  peers.erase(std::remove_if(peers.begin(), peers.end(), is_gone), peers.end());
}

void add(model::Sample& sum, const model::Sample& one) {
  sum.memory = sum.memory + one.memory;
  sum.requests_seen += one.requests_seen;
  sum.gc_count += one.gc_count;
  sum.gc_major_count += one.gc_major_count;
  sum.gc_total_ms += one.gc_total_ms;
  sum.gc_max_ms = std::max(sum.gc_max_ms, one.gc_max_ms);
  sum.event_loop_delay_p50_ms = std::max(sum.event_loop_delay_p50_ms, one.event_loop_delay_p50_ms);
  sum.event_loop_delay_p99_ms = std::max(sum.event_loop_delay_p99_ms, one.event_loop_delay_p99_ms);
  sum.event_loop_delay_max_ms = std::max(sum.event_loop_delay_max_ms, one.event_loop_delay_max_ms);
  sum.active_handles += one.active_handles;
}

void add(Collected& sum, const Peer& peer, const model::Memory& memory, double ms) {
  model::Reading reading;
  reading.pid = peer.pid();
  reading.thread = peer.process.hello.thread;
  reading.post_gc = memory;
  // In a worker thread process.memoryUsage() tells the rss of the whole process once more.
  if (!peer.is_main_thread()) reading.post_gc.rss = {};
  sum.memory = sum.memory + reading.post_gc;
  sum.collect_ms = std::max(sum.collect_ms, ms);
  sum.processes += 1;
  const auto before = [](const model::Reading& a, const model::Reading& b) {
    return a.pid != b.pid ? a.pid < b.pid : a.thread < b.thread;
  };
  sum.readings.insert(std::upper_bound(sum.readings.begin(), sum.readings.end(), reading, before),
                      reading);
}

bool has_main_reading(const Collected& sum, int pid) {
  return std::any_of(sum.readings.begin(), sum.readings.end(),
                     [pid](const model::Reading& it) { return it.pid == pid && it.thread == 0; });
}

}  // namespace leakcheck::agent
