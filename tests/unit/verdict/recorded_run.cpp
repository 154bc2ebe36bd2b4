#include "tests/unit/verdict/recorded_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace leakcheck::tests {
namespace {

using model::Phase;

constexpr std::array kPhases = {Phase::launch,  Phase::warmup,  Phase::measure, Phase::confirm,
                                Phase::replay,  Phase::explore, Phase::routes,  Phase::settle,
                                Phase::explain, Phase::stop};
constexpr int kColumns = 10;

using Row = std::array<std::int64_t, kColumns>;

Row parse_row(const std::string& line) {
  std::istringstream in(line);
  Row row{};
  for (auto& value : row)
    if (!(in >> value)) throw std::runtime_error("not ten integers: " + line);
  return row;
}

/// Adds up what is written as a difference to the line before.
class Summed {
 public:
  model::Cycle next(const Row& row) {
    for (const std::size_t column : {1U, 3U, 4U, 5U, 6U, 7U}) sums_[column] += row[column];
    model::Cycle cycle;
    cycle.index = index_++;
    cycle.phase = kPhases.at(static_cast<std::size_t>(row[0]));
    cycle.requests = row[1];
    cycle.requests_total = sums_[1];
    cycle.failed = row[2];
    cycle.post_gc.heap_used = Bytes{sums_[3]};
    cycle.post_gc.external = Bytes{sums_[4]};
    cycle.post_gc.array_buffers = Bytes{sums_[5]};
    if (sums_[6] >= 0) cycle.native = model::NativeMemory{Bytes{sums_[6]}, sums_[7]};
    if (row[8] > 0) cycle.route = std::to_string(row[8]);
    cycle.ahead_ms = static_cast<double>(row[9]);
    return cycle;
  }

 private:
  Row sums_{};
  int index_ = 0;
};

/// How many cycles each is in one: by the requests of the first that was measured.
void set_times(std::vector<model::Cycle>& cycles) {
  const auto first = std::find_if(cycles.begin(), cycles.end(), [](const model::Cycle& cycle) {
    return cycle.phase == Phase::measure;
  });
  if (first == cycles.end()) return;
  const auto requests = static_cast<double>(first->requests);
  for (model::Cycle& cycle : cycles)
    cycle.times =
        std::max(1, static_cast<int>(std::lround(static_cast<double>(cycle.requests) / requests)));
}

RecordedRun parse_run(const std::string& header, std::istream& in) {
  RecordedRun run;
  std::istringstream words(header);
  std::string word;
  words >> word >> run.name;
  while (words >> word) {
    const std::size_t equals = word.find('=');
    run.words[word.substr(0, equals)] = word.substr(equals + 1);
  }
  Summed summed;
  std::string line;
  for (int left = std::stoi(run.words.at("cycles")); left > 0; --left) {
    if (!std::getline(in, line)) throw std::runtime_error("too few lines: " + run.name);
    run.cycles.push_back(summed.next(parse_row(line)));
  }
  set_times(run.cycles);
  return run;
}

bool has(const RecordedRun& run, std::initializer_list<Phase> phases) {
  return std::any_of(run.cycles.begin(), run.cycles.end(), [&](const model::Cycle& cycle) {
    return std::find(phases.begin(), phases.end(), cycle.phase) != phases.end();
  });
}

}  // namespace

bool RecordedRun::expects(model::Answer answer) const {
  const std::string list = "," + words.at("expected") + ",";
  return list.find("," + std::string(model::to_string(answer)) + ",") != std::string::npos;
}

verdict::Settings RecordedRun::settings() const {
  verdict::Settings settings;
  settings.varies = has(*this, {Phase::replay, Phase::explore});
  settings.settles = has(*this, {Phase::settle});
  settings.bounded_keys = words.count("bounded_keys") > 0;
  return settings;
}

std::vector<RecordedRun> load_recorded_runs(const std::filesystem::path& folder) {
  std::vector<RecordedRun> runs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) runs.push_back(parse_run(line, in));
  }
  return runs;
}

Replayed replay(const RecordedRun& run) {
  const verdict::Settings settings = run.settings();
  std::vector<model::Cycle> cycles;
  Replayed out;
  int wanted = 1;
  for (const model::Cycle& cycle : run.cycles) {
    const bool counts = cycle.phase != Phase::warmup && cycle.phase != Phase::routes &&
                        cycle.phase != Phase::explain;
    if (counts && wanted == 0 &&
        (cycle.phase != out.decision.next || cycle.times != out.decision.times ||
         (cycle.phase == Phase::settle && cycle.ahead_ms != std::round(out.decision.ahead_ms)))) {
      out.followed = false;
      break;
    }
    cycles.push_back(cycle);
    if (!counts) continue;
    const auto measured = std::count_if(
        cycles.begin(), cycles.end(), [](const auto& each) { return each.phase != Phase::warmup; });
    out.decision = verdict::decide(settings, cycles, {}, false);
    wanted = std::max(0, out.decision.cycles_wanted - static_cast<int>(measured) - 1);
    if (out.decision.done) return out;
  }
  out.decision = verdict::decide(settings, cycles, {}, true);
  return out;
}

}  // namespace leakcheck::tests
