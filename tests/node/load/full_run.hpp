#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/full_client.hpp"
#include "tests/node/load/node_server.hpp"

namespace leakcheck::test {

using namespace std::chrono_literals;

/// full_server.cjs in a process of its own.
class FullServer {
 public:
  explicit FullServer(const std::string& kind, const Certificate* certificate = nullptr)
      : process_("full_server.cjs", arguments(kind, certificate)) {
    url = (certificate != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") +
          process_.read_line();
  }

  std::string url;

  struct Seen {
    std::int64_t requests = -1, connections = -1, aborted = -1, uploaded = -1, tunnels = -1;
  };
  Seen seen() {
    process_.write_line("?");
    Seen out;
    std::istringstream(process_.read_line()) >> out.requests >> out.connections >> out.aborted >>
        out.uploaded >> out.tunnels;
    return out;
  }

 private:
  static std::vector<std::string> arguments(const std::string& kind,
                                            const Certificate* certificate) {
    if (certificate == nullptr) return {kind};
    return {kind, certificate->key(), certificate->file()};
  }

  NodeProcess process_;
};

/// An Exchange that outlives its callback.
struct Answer {
  int status = 0;
  std::string failure;
  bool aborted = false;
  std::string head;
  std::string body;
  std::int64_t body_bytes = 0;

  /// The value of a header; "" when it is not there. Names are in lower case in HTTP/2.
  std::string header(const std::string& name) const {
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
      if (line.size() <= name.size() + 2 || line[name.size()] != ':') continue;
      bool same = true;
      for (std::size_t i = 0; i < name.size(); ++i)
        same = same && (line[i] | 0x20) == (name[i] | 0x20);
      if (same) return line.substr(name.size() + 2, line.size() - name.size() - 3);
    }
    return "";
  }
};

inline load::Handling looked_at() {
  load::Handling handling;
  handling.timeout = 20s;
  handling.wants_head = handling.wants_body = true;
  return handling;
}

inline load::Handling aborted(model::Abort::When when, std::int64_t bytes,
                              model::Milliseconds after = {}) {
  load::Handling handling = looked_at();
  handling.abort = model::Abort{when, after, {bytes}, 1};
  return handling;
}

/// A client of the full path on a loop of its own.
struct FullRun {
  std::string url;
  EventLoop loop;
  std::map<std::size_t, Answer> answers;  // by user, the last
  int done = 0;
  std::unique_ptr<load::FullClient> client;

  explicit FullRun(std::string to, load::FullOptions options = {}, model::Tls tls = {},
                   std::size_t users = 8, const std::filesystem::path& socket = {})
      : url(std::move(to)) {
    if (options.connect_timeout == Duration{}) options.connect_timeout = 10s;
    client = std::make_unique<load::FullClient>(
        loop, load::Origin{url, url.substr(url.find("//") + 2), socket, std::move(tls)}, users,
        std::move(options), [this](std::size_t user, const load::Exchange& exchange) {
          answers[user] = {exchange.status,
                           std::string(exchange.failure),
                           exchange.aborted,
                           std::string(exchange.head),
                           std::string(exchange.body),
                           exchange.body_bytes};
          ++done;
        });
  }

  void start(std::size_t user, load::HttpRequest request,
             const load::Handling& handling = looked_at()) {
    if (request.url.starts_with('/')) request.url = url + request.url;
    auto prepared = load::PreparedRequest::create(std::move(request));
    REQUIRE_MESSAGE(prepared, (prepared ? "" : prepared.error().message));
    client->start(user, std::move(*prepared), handling);
  }
  Answer send(load::HttpRequest request, const load::Handling& handling = looked_at(),
              std::size_t user = 0) {
    const int before = done;
    start(user, std::move(request), handling);
    client->flush();
    REQUIRE(loop.run_until([&] { return done > before; }, loop.now() + 30s));
    return answers[user];
  }
  Answer get(const std::string& path, const load::Handling& handling = looked_at()) {
    return send({model::Method::get, path, {}, std::nullopt}, handling);
  }
  Answer post(const std::string& path, const std::string& body,
              const load::Handling& handling = looked_at()) {
    return send({model::Method::post, path, {{"Content-Type", "text/plain"}}, body}, handling);
  }
  /// One request of each user, all at once.
  void all(const std::string& path, std::size_t users) {
    const int before = done;
    for (std::size_t user = 0; user < users; ++user)
      start(user, {model::Method::get, path, {}, std::nullopt});
    client->flush();
    REQUIRE(
        loop.run_until([&] { return done == before + static_cast<int>(users); }, loop.now() + 30s));
  }
  void rest(Duration time) {
    loop.run_until([] { return false; }, loop.now() + time);
  }
};

}  // namespace leakcheck::test
