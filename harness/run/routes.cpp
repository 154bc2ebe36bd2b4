#include "harness/run/routes.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace leakcheck::run {
namespace {

using model::Step;
using Names = std::set<std::string>;

/// An `if` around a step, and on which side of it the step is.
struct Side {
  const model::IfStep* branch = nullptr;
  bool otherwise = false;
  friend bool operator==(const Side&, const Side&) = default;
};

/// A step that sends something, as far as others depend on it.
struct Leaf {
  const Step* step = nullptr;
  std::string name;
  Names uses;      ///< variables, those of the `if`s around it included
  Names captures;  ///< names that it gives values to
  bool only_reads = true;
  model::Milliseconds hold{};
  std::vector<Side> around;  ///< outermost first
};

void take_names(const Template& text, Names& into) {
  for (const auto& piece : text.pieces)
    if (const auto* placeholder = std::get_if<Placeholder>(&piece)) into.insert(placeholder->name);
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

void take_headers(const std::vector<model::Header>& own, const std::vector<model::Header>& of_load,
                  Names& into) {
  for (const model::Header& header : own) take_names(header.value, into);
  for (const model::Header& header : of_load)
    if (std::none_of(own.begin(), own.end(),
                     [&](const auto& each) { return is_same_name(each.name, header.name); }))
      take_names(header.value, into);
}

void describe(const model::RequestStep& step, const model::LoadSpec& spec, Leaf& into) {
  into.name = step.name;
  into.only_reads = step.method == model::Method::get || step.method == model::Method::head;
  take_names(step.url, into.uses);
  take_headers(step.headers, spec.headers, into.uses);
  if (step.body) take_names(step.body->text, into.uses);
  for (const model::Part& part : step.parts) take_names(part.text, into.uses);
  for (const auto& check : step.expect.headers) take_names(check.matcher.value, into.uses);
  for (const auto& check : step.expect.json) take_names(check.matcher.value, into.uses);
  for (const model::Capture& capture : step.captures) into.captures.insert(capture.as);
}

void describe(const model::WebSocketStep& step, const model::LoadSpec& spec, Leaf& into) {
  into.name = step.name;
  into.hold = step.hold;
  take_names(step.url, into.uses);
  take_headers(step.headers, spec.headers, into.uses);
  for (const Template& text : step.send) take_names(text, into.uses);
}

void describe(const model::SseStep& step, const model::LoadSpec& spec, Leaf& into) {
  into.name = step.name;
  into.hold = step.hold;
  take_names(step.url, into.uses);
  take_headers(step.headers, spec.headers, into.uses);
}

/// Puts the steps that send something in order, whatever loops and branches they are in.
void list_leaves(const std::vector<Step>& steps, const model::LoadSpec& spec,
                 const std::vector<Side>& around, std::vector<Leaf>& into) {
  for (const Step& step : steps) {
    if (const auto* loop = std::get_if<model::LoopStep>(&step)) {
      list_leaves(loop->steps, spec, around, into);
      continue;
    }
    if (const auto* branch = std::get_if<model::IfStep>(&step)) {
      for (const bool otherwise : {false, true}) {
        std::vector<Side> inside = around;
        inside.push_back({branch, otherwise});
        list_leaves(otherwise ? branch->otherwise : branch->then, spec, inside, into);
      }
      continue;
    }
    if (std::holds_alternative<model::ThinkStep>(step)) continue;
    Leaf leaf;
    leaf.step = &step;
    leaf.around = around;
    if (const auto* request = std::get_if<model::RequestStep>(&step))
      describe(*request, spec, leaf);
    else if (const auto* socket = std::get_if<model::WebSocketStep>(&step))
      describe(*socket, spec, leaf);
    else
      describe(std::get<model::SseStep>(step), spec, leaf);
    for (const Side& side : around) {
      take_names(side.branch->value, leaf.uses);
      take_names(side.branch->matcher.value, leaf.uses);
    }
    into.push_back(std::move(leaf));
  }
}

/// Whether one iteration can run both.
bool can_meet(const Leaf& a, const Leaf& b) {
  for (const Side& side : a.around)
    for (const Side& other : b.around)
      if (side.branch == other.branch && side.otherwise != other.otherwise) return false;
  return true;
}

/// Whether `earlier` has run whenever `later` runs.
bool always_precedes(const Leaf& earlier, const Leaf& later) {
  return std::all_of(earlier.around.begin(), earlier.around.end(), [&](const Side& side) {
    return std::find(later.around.begin(), later.around.end(), side) != later.around.end();
  });
}

/// Which earlier steps of its flow a step needs.
class Needs {
 public:
  Needs(const std::vector<Leaf>& leaves, const model::LoadSpec& spec, const Names& set_cookies)
      : leaves_(leaves), set_cookies_(set_cookies) {
    keeps_cookies_ = spec.cookies != model::LoadSpec::Cookies::off;
    std::vector<Leaf> setup;
    list_leaves(spec.setup.steps, spec, {}, setup);
    cookies_from_setup_ = std::any_of(setup.begin(), setup.end(), [&](const Leaf& leaf) {
      return set_cookies.contains(leaf.name);
    });
  }

  std::set<std::size_t> of(std::size_t leaf) const {
    std::set<std::size_t> found;
    add_needs(leaf, found);
    return found;
  }

 private:
  void add(std::size_t needed, std::set<std::size_t>& found) const {
    if (found.insert(needed).second) add_needs(needed, found);
  }

  void add_needs(std::size_t leaf, std::set<std::size_t>& found) const {
    for (const std::string& name : leaves_[leaf].uses) add_captures(leaf, name, found);
    if (keeps_cookies_) add_logins(leaf, found);
  }

  /// The latest step that gives the value, and those after it that may have given another.
  void add_captures(std::size_t leaf, const std::string& name, std::set<std::size_t>& found) const {
    for (std::size_t i = leaf; i-- > 0;) {
      if (!leaves_[i].captures.contains(name) || !can_meet(leaves_[i], leaves_[leaf])) continue;
      add(i, found);
      if (always_precedes(leaves_[i], leaves_[leaf])) return;
    }
  }

  void add_logins(std::size_t leaf, std::set<std::size_t>& found) const {
    bool has_cookie = cookies_from_setup_;
    for (std::size_t i = 0; i < leaf; ++i) {
      if (!can_meet(leaves_[i], leaves_[leaf])) continue;
      const bool sets = set_cookies_.contains(leaves_[i].name);
      if (sets || (has_cookie && !leaves_[i].only_reads)) add(i, found);
      has_cookie = has_cookie || sets;
    }
  }

  const std::vector<Leaf>& leaves_;
  const Names& set_cookies_;
  bool keeps_cookies_ = true;
  bool cookies_from_setup_ = false;
};

/// Whether the condition looks at nothing that the service or the payload gave.
bool hangs_on_chance(const model::IfStep& branch) {
  Names names;
  take_names(branch.value, names);
  take_names(branch.matcher.value, names);
  return std::all_of(names.begin(), names.end(),
                     [](const std::string& name) { return name.starts_with('$'); });
}

/// Cuts a flow down to some of its steps.
class Cut {
 public:
  Cut(const Leaf& route, const std::set<const Step*>& kept) : route_(route), kept_(kept) {}

  std::vector<Step> apply(const std::vector<Step>& steps) const {
    std::vector<Step> out;
    for (const Step& step : steps) {
      if (const auto* loop = std::get_if<model::LoopStep>(&step))
        add_loop(*loop, out);
      else if (const auto* branch = std::get_if<model::IfStep>(&step))
        add_branch(*branch, out);
      else if (kept_.contains(&step))
        out.push_back(step);
    }
    return out;
  }

 private:
  void add_loop(const model::LoopStep& loop, std::vector<Step>& out) const {
    model::LoopStep once{1, apply(loop.steps)};
    if (!once.steps.empty()) out.emplace_back(std::move(once));
  }

  void add_branch(const model::IfStep& branch, std::vector<Step>& out) const {
    model::IfStep cut = branch;
    cut.then = apply(branch.then);
    cut.otherwise = apply(branch.otherwise);
    if (cut.then.empty() && cut.otherwise.empty()) return;
    const auto side = std::find_if(route_.around.begin(), route_.around.end(),
                                   [&](const Side& each) { return each.branch == &branch; });
    if (side == route_.around.end() || !hangs_on_chance(branch)) {
      out.emplace_back(std::move(cut));
      return;
    }
    auto& taken = side->otherwise ? cut.otherwise : cut.then;
    std::move(taken.begin(), taken.end(), std::back_inserter(out));
  }

  const Leaf& route_;
  const std::set<const Step*>& kept_;
};

/// What running a route takes; the least comes first. What a route needs takes less than the route:
/// its steps are some of the route's.
struct Cost {
  model::Milliseconds hold{};
  std::size_t steps = 0;
  friend auto operator<=>(const Cost&, const Cost&) = default;
};

/// One place where a route could be run.
struct Candidate {
  const model::Flow* flow = nullptr;
  const std::vector<Leaf>* leaves = nullptr;
  std::size_t leaf = 0;
  std::set<std::size_t> before;  ///< in `leaves`
  Cost cost;
};

RouteLoad load_of(const Candidate& at, const std::set<std::size_t>& before,
                  const model::LoadSpec& spec, int requests) {
  const Leaf& route = (*at.leaves)[at.leaf];
  std::set<const Step*> kept = {route.step};
  RouteLoad out;
  for (const std::size_t i : before) {
    const Leaf& each = (*at.leaves)[i];
    kept.insert(each.step);
    if (each.name != route.name &&
        std::find(out.with.begin(), out.with.end(), each.name) == out.with.end())
      out.with.push_back(each.name);
  }
  out.load = spec;
  out.load.arrival_rate.reset();
  out.load.ramp_to.reset();
  out.load.phases.clear();
  out.load.teardown.clear();
  out.load.flows = {{at.flow->name, 1, Cut(route, kept).apply(at.flow->steps)}};
  out.load.cycles.requests = requests * static_cast<int>(kept.size());
  return out;
}

/// All that may have run before it in an iteration.
std::set<std::size_t> all_before(const Candidate& at) {
  std::set<std::size_t> before;
  for (std::size_t i = 0; i < at.leaf; ++i)
    if (can_meet((*at.leaves)[i], (*at.leaves)[at.leaf])) before.insert(i);
  return before;
}

Cost cost_of(const std::vector<Leaf>& leaves, std::size_t leaf,
             const std::set<std::size_t>& before) {
  Cost cost{leaves[leaf].hold, 1 + before.size()};
  for (const std::size_t i : before) cost.hold += leaves[i].hold;
  return cost;
}

}  // namespace

std::vector<Route> list_routes(const model::LoadSpec& spec, const RouteSetting& setting) {
  const Names set_cookies(setting.set_cookies.begin(), setting.set_cookies.end());
  std::vector<std::vector<Leaf>> leaves(spec.flows.size());
  std::vector<Candidate> best;  // one a name, in the order in which the names come up
  std::map<std::string, std::size_t> numbers;
  for (std::size_t f = 0; f < spec.flows.size(); ++f) {
    list_leaves(spec.flows[f].steps, spec, {}, leaves[f]);
    const Needs needs(leaves[f], spec, set_cookies);
    for (std::size_t i = 0; i < leaves[f].size(); ++i) {
      Candidate candidate{&spec.flows[f], &leaves[f], i, needs.of(i), {}};
      candidate.cost = cost_of(leaves[f], i, candidate.before);
      const auto [known, is_new] = numbers.emplace(leaves[f][i].name, best.size());
      if (is_new)
        best.push_back(std::move(candidate));
      else if (candidate.cost < best[known->second].cost)
        best[known->second] = std::move(candidate);
    }
  }
  std::stable_sort(best.begin(), best.end(),
                   [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
  std::vector<Route> routes;
  for (const Candidate& at : best) {
    Route route{(*at.leaves)[at.leaf].name, {}};
    route.ways.push_back(load_of(at, at.before, spec, setting.requests));
    if (auto before = all_before(at); before != at.before)
      route.ways.push_back(load_of(at, before, spec, setting.requests));
    routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace leakcheck::run
