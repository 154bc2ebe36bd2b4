#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/base/bytes.hpp"
#include "harness/base/template.hpp"
#include "harness/model/memory.hpp"

/// A scenario as it is after reading: defaults filled in, profile applied, `extends` merged,
/// `{{ $env.NAME }}` replaced. What is still a Template depends on the port or on the request.
namespace leakcheck::model {

using Milliseconds = std::chrono::milliseconds;

/// How V8 is kept still while memory is measured (VERDICT: quiet, freeze, native).
enum class Mode {
  quiet,   ///< no JIT, eager feedback: post-GC heapUsed is exact to bytes; the default
  freeze,  ///< warm up with the JIT, then stop compiling: for CPU-heavy services
  native,  ///< no flags: as production runs; sees only leaks above about 64 B/request
};

// ---- target ------------------------------------------------------------------------------------

struct HttpReady {
  std::string path = "/";
  std::optional<int> status_code;  ///< none: anything from 200 to 399
};
struct TcpReady {
  std::optional<int> port;  ///< none: the port of the target's url
};
struct LogReady {
  std::string pattern;  ///< ECMAScript regular expression, looked for in stdout and stderr
};

struct Ready {
  std::variant<HttpReady, TcpReady, LogReady> probe = TcpReady{};
  Milliseconds timeout{30'000};
};

struct Stop {
  int signal = 15;  ///< number; the scenario has the name ("SIGTERM")
  Milliseconds timeout{10'000};
};

struct TargetSpec {
  std::vector<Template> command;  ///< argv; one element and `shell` for a shell line
  bool shell = false;
  std::filesystem::path cwd;                          ///< absolute
  std::vector<std::pair<std::string, Template>> env;  ///< added to leakcheck's own environment
  int max_old_space_mb = 256;
  std::vector<std::string> node_flags;  ///< more for NODE_OPTIONS
  Template url;                         ///< base URL, "http://127.0.0.1:{{ $port }}"
  Ready ready;
  Stop stop;
};

// ---- load --------------------------------------------------------------------------------------

enum class Method { get, post, put, patch, del, head };
std::string_view to_string(Method method);  ///< "GET"

/// How the value of a placeholder is written into a body.
enum class Escaping { none, json_string, form };

struct Body {
  Template text;
  Escaping escaping = Escaping::none;
  std::string content_type;  ///< "" when a header of the step gives it
};

struct Header {
  std::string name;
  Template value;
};

struct RequestStep {
  Method method = Method::get;
  Template url;      ///< absolute, or a path below the target's url
  std::string name;  ///< in metrics and reports: "GET /orders/:id"
  std::vector<Header> headers;
  std::optional<Body> body;
  std::vector<int> expect_status;  ///< empty: anything from 200 to 399
};

struct ThinkStep {
  Milliseconds time{};
};

using Step = std::variant<RequestStep, ThinkStep>;

struct Flow {
  std::string name;
  int weight = 1;
  std::vector<Step> steps;
};

/// Rows for `{{ field }}`. Shape: every row as long as fields.
struct Payload {
  enum class Order { sequence, random };
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
  int requests = 100;  ///< asked for; rounded up to whole rounds of the flows' weights
  int min = 12;        ///< cycles before the first decision
  int max = 64;
};

struct LoadSpec {
  int vus = 10;                        ///< closed model: so many virtual users; open: the most
  std::optional<double> arrival_rate;  ///< open model: iterations started per second
  bool keep_alive = true;
  Warmup warmup;
  Cycles cycles;
  Milliseconds max{300'000};             ///< time limit of the whole run
  Milliseconds request_timeout{10'000};  ///< a request without an answer by then has failed
  std::uint64_t seed = 1;
  std::vector<Flow> flows;  ///< at least one, each with at least one request
};

// ---- what fails the build ----------------------------------------------------------------------

struct Budget {
  enum class Kind {
    growth_percent,  ///< post-GC growth over the measured cycles, in percent of their first level
    per_request,     ///< bytes retained per request
    max,             ///< highest reading of the run
  };
  Quantity quantity = Quantity::heap_used;
  Kind kind = Kind::per_request;
  double limit = 0;  ///< percent, or bytes
  std::string text;  ///< as written: "15%"
};

/// A threshold on the load, in k6's grammar: `p(95)<500ms`, `rate<0.01`.
struct Threshold {
  enum class Metric { http_req_failed, http_req_duration };
  enum class Statistic { rate, average, minimum, median, maximum, percentile, count };
  enum class Comparison { less, less_equal, greater, greater_equal, equal, not_equal };
  Metric metric = Metric::http_req_failed;
  Statistic statistic = Statistic::rate;
  double percentile = 0;  ///< 0 to 100, for Statistic::percentile
  Comparison comparison = Comparison::less;
  double limit = 0;  ///< a share, a count, or milliseconds
  std::string text;  ///< as written: "p(95)<500ms"
};
std::string_view to_string(Threshold::Metric metric);  ///< "http_req_failed"

struct ReporterSpec {
  enum class Kind { console, json, junit };
  Kind kind = Kind::console;
  std::filesystem::path path;       ///< absolute; empty for the console
  std::string dialect = "default";  ///< junit: default, jenkins, ant
};

struct Scenario {
  std::filesystem::path file;  ///< absolute; as the run record shows it: relative where it can be
  std::string name;
  std::string profile;  ///< "" for none
  Mode mode = Mode::quiet;
  TargetSpec target;
  LoadSpec load;
  std::optional<Payload> payload;
  std::vector<Budget> budgets;
  std::vector<Threshold> thresholds;
  std::vector<ReporterSpec> reporters;
};
std::string_view to_string(Mode mode);

}  // namespace leakcheck::model
