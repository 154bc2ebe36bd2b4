#include "harness/agent/notes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leakcheck::agent {
namespace {

constexpr std::size_t kMostProblems = 20;

}  // namespace

Notes::Notes(std::vector<std::string> modules) {
  for (std::string& module : modules) stand_ins_.push_back({std::move(module)});
}

std::string Notes::modules() const {
  std::string out;
  for (const StandIn& it : stand_ins_) out += (out.empty() ? "" : ",") + it.module;
  return out;
}

std::vector<std::string> Notes::problems() const {
  std::vector<std::string> out = problems_;
  if (most_left_out_ > 0)
    out.push_back(fmt::format(
        "{} not measured: a thread that is busy, or is blocked by native code, does not answer",
        most_left_out_ == 1 ? "1 worker thread was"
                            : fmt::format("up to {} worker threads were", most_left_out_)));
  for (const StandIn& it : stand_ins_)
    if (!it.loaded)
      out.push_back(fmt::format(
          "the service never loaded {}, which was to be replaced: it is no suspect", it.module));
  return out;
}

void Notes::add_uses(const std::string& module, std::int64_t uses) {
  for (StandIn& it : stand_ins_) {
    if (it.module != module) continue;
    it.loaded = true;
    it.uses += uses;
  }
}

void Notes::add_left_out(int threads) {
  most_left_out_ = std::max(most_left_out_, threads);
}

void Notes::add_problem(const std::string& problem) {
  const bool is_known = std::find(problems_.begin(), problems_.end(), problem) != problems_.end();
  if (!is_known && problems_.size() < kMostProblems) problems_.push_back(problem);
}

}  // namespace leakcheck::agent
