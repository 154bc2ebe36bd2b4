#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "harness/load/fast_client.hpp"

namespace leakcheck::test {

using namespace std::chrono_literals;

inline load::Origin origin_of(const std::string& url) {
  load::Origin origin;
  origin.url = url;
  origin.host = url.substr(url.find("//") + 2);
  return origin;
}

/// A request's text; that of an upload has a body.
struct WireText {
  std::string text;
  std::size_t body_at = 0;
  bool is_head = false;

  WireText(const std::string& method, const std::string& path, const std::string& body = "") {
    text = method + ' ' + path + " HTTP/1.1\r\nHost: a\r\n";
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    body_at = text.size();
    text += body;
    is_head = method == "HEAD";
  }
  load::WireRequest request() const { return {text, body_at, is_head}; }
};

inline load::Handling within(Duration timeout) {
  load::Handling handling;
  handling.timeout = timeout;
  return handling;
}

/// A client of the fast path and the loop that it runs on.
class FastRun {
 public:
  struct Outcome {
    int status = 0;
    std::string failure;
    bool aborted = false;
    std::string head;
    std::string body;
    std::int64_t body_bytes = 0;
  };

  EventLoop loop;
  std::map<std::string, int> outcomes;  // "200", a failure's name, "aborted"
  load::FastClient client;

  explicit FastRun(const std::string& url, std::size_t users = 1,
                   load::FastClient::Options options = {10s, true, 0})
      : FastRun(origin_of(url), users, options) {}
  FastRun(const load::Origin& origin, std::size_t users = 1,
          load::FastClient::Options options = {10s, true, 0})
      : client(loop, origin, users, options,
               [this](std::size_t user, const load::Exchange& e) { on_done(user, e); }),
        users_(users) {}

  /// One request of the first user, to its end.
  Outcome ask(const WireText& text, const load::Handling& handling = within(10s)) {
    texts_.push_back(text);
    last_.reset();
    client.start(0, texts_.back().request(), handling);
    CHECK_FALSE(last_);
    CHECK(client.is_in_flight(0));
    REQUIRE(loop.run_until([&] { return last_.has_value(); }, loop.now() + 30s));
    CHECK_FALSE(client.is_in_flight(0));
    return *last_;
  }
  Outcome get(const std::string& path, const load::Handling& handling = within(10s)) {
    return ask(WireText("GET", path), handling);
  }

  /// So many requests, each user's next when it has the answer. Returns the outcomes as a text.
  std::string ask_all(const WireText& text, int requests,
                      const load::Handling& handling = within(10s)) {
    texts_.push_back(text);
    outcomes.clear();
    handling_ = handling;
    left_ = requests;
    int done = 0;
    on_each_ = [&](std::size_t user) {
      ++done;
      go_on(user);
    };
    for (std::size_t user = 0; user < users_; ++user) go_on(user);
    REQUIRE(loop.run_until([&] { return done == requests; }, loop.now() + 60s));
    on_each_ = nullptr;
    std::string out;
    for (const auto& [name, count] : outcomes)
      out += (out.empty() ? "" : ", ") + name + ' ' + std::to_string(count);
    return out;
  }
  void rest(Duration time) {
    loop.run_until([] { return false; }, loop.now() + time);
  }

 private:
  void go_on(std::size_t user) {
    if (left_ == 0) return;
    --left_;
    client.start(user, texts_.back().request(), handling_);
  }
  void on_done(std::size_t user, const load::Exchange& e) {
    last_ = Outcome{
        e.status,    std::string(e.failure), e.aborted, std::string(e.head), std::string(e.body),
        e.body_bytes};
    ++outcomes[e.aborted           ? "aborted"
               : e.failure.empty() ? std::to_string(e.status)
                                   : std::string(e.failure)];
    if (on_each_) on_each_(user);
  }

  std::size_t users_;
  std::deque<WireText> texts_;
  load::Handling handling_;
  int left_ = 0;
  std::function<void(std::size_t)> on_each_;
  std::optional<Outcome> last_;
};

}  // namespace leakcheck::test
