#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/template.hpp"
#include "harness/model/request_step.hpp"

/// The load of a scenario: who calls, how often, and with which flows of steps.
namespace leakcheck::model {

struct Step;

struct ThinkStep {
  Milliseconds time{};
};

/// Runs its steps so many times; `{{ $loopCount }}` counts from 1.
struct LoopStep {
  int count = 1;
  std::vector<Step> steps;
};

/// One or the other, as a value says that is known by then.
struct IfStep {
  Template value;
  Matcher matcher;
  std::vector<Step> then;
  std::vector<Step> otherwise;
};

/// How a connection that was held ends.
enum class HeldEnd {
  close,    ///< as the protocol asks
  abandon,  ///< without a word: the socket is reset
};

/// Connects, sends each message and waits for as many, holds the connection, ends it.
struct WebSocketStep {
  Template url;
  std::string name;  ///< "WS /chat"
  std::vector<Header> headers;
  std::vector<Template> send;
  int receive = 0;  ///< messages to wait for, in all
  Milliseconds hold{0};
  HeldEnd end = HeldEnd::close;
};

/// Server-sent events: reads so many, holds the connection, ends it.
struct SseStep {
  Template url;
  std::string name;  ///< "SSE /events"
  std::vector<Header> headers;
  int events = 1;
  Milliseconds hold{0};
  HeldEnd end = HeldEnd::close;
};

/// A class, because steps hold steps.
struct Step : std::variant<RequestStep, ThinkStep, LoopStep, IfStep, WebSocketStep, SseStep> {
  using variant::variant;
};

struct Flow {
  std::string name;
  int weight = 1;
  std::vector<Step> steps;
};

/// Steps outside the counted cycles.
struct Setup {
  bool per_user = false;  ///< each virtual user runs them; else one does, for all
  std::vector<Step> steps;
};

/// Rows for `{{ field }}`. Shape: every row as long as fields.
struct Payload {
  enum class Order { sequence, random, unique };
  std::vector<std::string> fields;
  std::vector<std::vector<std::string>> rows;
  Order order = Order::sequence;
};

struct Warmup {
  int requests = 0;            ///< at least so many; 0: one cycle
  bool until_settled = false;  ///< go on until the post-GC level no longer moves
  Milliseconds max{60'000};    ///< the end of it in any case
};

struct Cycles {
  int requests = 100;             ///< asked for; rounded up to whole rounds of the flows' weights
  bool follow_collection = true;  ///< more of them when a collection takes long; not when asked for
  int min = 12;                   ///< cycles before the first decision
  int max = 64;
};

/// A stretch of the open model. Each cycle runs through all of them.
struct ArrivalPhase {
  Milliseconds duration{};
  double rate = 0;     ///< iterations per second at its start; 0 throughout is a pause
  double ramp_to = 0;  ///< at its end, evenly in between
};

struct LoadSpec {
  enum class WhenBusy {
    wait,  ///< an arrival that finds all users at work starts late
    drop,  ///< it does not start at all, and is counted (k6's dropped_iterations)
  };
  enum class Cookies {
    iteration,  ///< each iteration is a new visitor with those of the setup (as in k6)
    user,       ///< a virtual user keeps them for the whole run
    off,
  };
  enum class HttpVersion { http1, http2 };
  enum class Isolate { never, on_failure, always };

  int vus = 10;                        ///< closed model: so many virtual users; open: the most
  std::optional<double> arrival_rate;  ///< open model: iterations started per second
  std::optional<double> ramp_to;       ///< open model: the rate at the end of each cycle
  std::vector<ArrivalPhase> phases;    ///< open model: in place of the rate and cycles.requests
  WhenBusy when_busy = WhenBusy::wait;
  bool keep_alive = true;
  int requests_per_connection = 0;  ///< then a new one; 0: as many as it lasts
  Cookies cookies = Cookies::iteration;
  HttpVersion http_version = HttpVersion::http1;
  std::string proxy;            ///< URL; "" for none
  std::vector<Header> headers;  ///< of every request that has none of the name
  Warmup warmup;
  Cycles cycles;
  Milliseconds max{300'000};             ///< time limit of the whole run
  Milliseconds request_timeout{10'000};  ///< a request without an answer by then has failed
  Milliseconds connect_timeout{10'000};  ///< the same for its connection
  std::uint64_t seed = 1;
  Isolate isolate = Isolate::on_failure;  ///< when each route runs alone
  bool bounded_keys = false;              ///< in production the variables have few values
  std::int64_t key_count = 0;             ///< so many; 0: not known
  Setup setup;
  std::vector<Step> teardown;  ///< by whoever ran the setup
  std::vector<Flow> flows;     ///< at least one, each with at least one request
};

}  // namespace leakcheck::model
