#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "harness/agent/peer.hpp"
#include "harness/base/event_loop.hpp"

namespace leakcheck::agent {

/// A question to several peers at once, and the answers so far.
template <typename Answer>
struct Question {
  std::int64_t id = 0;
  std::set<const Peer*> waiting_for;
  Answer answer{};
  std::function<void(Result<Answer>)> done;
  EventLoop::TimerId timer = 0;  ///< the time limit
  EventLoop::TimerId grace = 0;  ///< for those that may stay silent, once the others have answered
};

/// Worker threads answer too, if they can.
struct CollectQuestion : Question<Collected> {
  std::set<Peer*> threads;           ///< that have not answered
  std::set<const Peer*> have_begun;  ///< of them
};

/// Forgets it, and never calls its `done`.
template <typename It>
void drop(EventLoop& loop, std::optional<It>& question) {
  if (question) {
    loop.cancel(question->timer);
    loop.cancel(question->grace);
  }
  question.reset();
}

template <typename It>
void finish_if_answered(EventLoop& loop, std::optional<It>& question) {
  if (!question || !question->waiting_for.empty()) return;
  const auto done = std::move(question->done);
  const auto answer = question->answer;
  drop(loop, question);
  done(answer);
}

/// `why`: "did not answer within 3 s".
template <typename It>
void give_up(EventLoop& loop, std::optional<It>& question, const std::string& why) {
  if (!question) return;
  const auto done = std::move(question->done);
  drop(loop, question);
  done(fail(ErrorKind::target, "the service " + why,
            "look at its logs in the run folder; an endless loop or a synchronous call in a "
            "handler blocks the event loop"));
}

}  // namespace leakcheck::agent
