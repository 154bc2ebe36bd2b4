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
#include "harness/model/explain_spec.hpp"
#include "harness/model/load_spec.hpp"
#include "harness/model/memory.hpp"

/// A scenario as it is after reading: defaults filled in, profile applied, `extends` merged,
/// `{{ $env.NAME }}` replaced. What is still a Template depends on the port or on the request.
namespace leakcheck::model {

/// How V8 is kept still while memory is measured (VERDICT: quiet, freeze, native).
enum class Mode {
  quiet,      ///< no JIT, eager feedback: post-GC heapUsed is exact to bytes
  freeze,     ///< warm up with the JIT, then stop compiling: for CPU-heavy services
  native,     ///< no flags: as production runs; sees only leaks above about 64 B/request
  automatic,  ///< quiet, unless the service is then too slow for its own time-outs: freeze
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

/// How an https:// url is trusted.
struct Tls {
  std::filesystem::path ca_file;  ///< PEM; absolute; empty: the system's certificates
  bool verify = true;
};

struct TargetSpec {
  std::vector<Template> command;  ///< argv; one element and `shell` for a shell line
  bool shell = false;
  std::filesystem::path cwd;                          ///< absolute
  std::vector<std::pair<std::string, Template>> env;  ///< added to leakcheck's own environment
  int max_old_space_mb = 256;
  std::vector<std::string> node_flags;  ///< more for NODE_OPTIONS
  Template url;                         ///< base URL, "http://127.0.0.1:{{ $port }}"
  std::filesystem::path socket_path;    ///< unix socket to reach the url by; absolute; empty: TCP
  Tls tls;
  Ready ready;
  Stop stop;
  bool count_malloc = true;  ///< by harness/native, where it can be loaded
};

/// A module that is suspected of keeping memory: the scenario runs again without it.
struct Suspect {
  std::string module;  ///< "sharp": replaced by an inert stand-in, unless there is a variant
  std::vector<std::pair<std::string, Template>> env;  ///< of the variant
  std::vector<Template> command;                      ///< of the variant; empty: the target's
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
  /// growth_percent: over so long in production, or over so many requests; zeros: the cycles that
  /// the answer rests on.
  Milliseconds over{0};
  std::int64_t over_requests = 0;
  double requests_per_second = 0;  ///< in production, for `over`; 0: load.arrivalRate
};

/// A threshold on the load, in k6's grammar: `p(95)<500ms`, `rate<0.01`.
struct Threshold {
  enum class Metric { http_req_failed, http_req_duration, http_reqs, checks, dropped_iterations };
  enum class Statistic { rate, average, minimum, median, maximum, percentile, count };
  enum class Comparison { less, less_equal, greater, greater_equal, equal, not_equal };
  Metric metric = Metric::http_req_failed;
  Statistic statistic = Statistic::rate;
  double percentile = 0;  ///< 0 to 100, for Statistic::percentile
  Comparison comparison = Comparison::less;
  double limit = 0;    ///< a share, a count, or milliseconds
  std::string text;    ///< as written: "p(95)<500ms"
  std::string step{};  ///< only requests of that name: "http_req_duration{name:GET /orders/:id}"
  bool abort_on_fail = false;        ///< ends the run as soon as it fails
  Milliseconds delay_abort_eval{0};  ///< but not before so much time under load
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
  std::vector<Suspect> suspects;
  SnapshotSpec snapshots;
  std::vector<Ignore> ignore;
};
std::string_view to_string(Mode mode);

}  // namespace leakcheck::model
