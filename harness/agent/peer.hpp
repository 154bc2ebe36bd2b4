#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/agent/agent_hub.hpp"
#include "harness/agent/connection.hpp"

namespace leakcheck::agent {

/// One thread of a process with our agent in it: its connection and what it last said.
struct Peer {
  Process process;
  bool said_hello = false;
  bool silent = false;  ///< a worker thread that did not answer; until it says something again
  std::int64_t seen_by_gone_threads = 0;  ///< of a main thread's process
  std::optional<model::Sample> sample;
  std::map<std::string, std::int64_t> stand_in_uses;  ///< as of its latest line
  std::unique_ptr<Connection> connection;

  int pid() const { return process.hello.pid; }
  bool is_main_thread() const { return process.hello.thread == 0; }
  bool is_usable() const;
};

using Peers = std::vector<std::unique_ptr<Peer>>;

std::size_t count_open(const Peers& peers);
/// A closed connection tells only how many requests its process saw; a service may start thousands
/// of processes that saw none. Not to be called from a connection's own callbacks.
void forget_the_gone(Peers& peers);

/// Adds one process's sample to the sum of all; of delays and pauses the longest counts.
void add(model::Sample& sum, const model::Sample& one);

/// Adds what one thread of a subject answered.
void add(Collected& sum, const Peer& peer, const model::Memory& memory, double ms);
/// Whether the main thread of this process is in it.
bool has_main_reading(const Collected& sum, int pid);

}  // namespace leakcheck::agent
