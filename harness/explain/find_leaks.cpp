#include "harness/explain/find_leaks.hpp"

#include <algorithm>
#include <map>

#include "harness/base/bytes.hpp"
#include "harness/explain/judge_finding.hpp"
#include "harness/explain/merge.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;

namespace {

/// What all the rules say of one pile.
struct Answer {
  Located where;
  std::string item_class;
  std::size_t rule = 0;
  Match match;
  std::vector<std::string> notes;
};

std::string class_of_items(const Scene& scene, const Pile& pile) {
  if (pile.items.empty()) return "";
  const auto functions = sample(pile, 16);
  if (scene.graph.type(functions.front()) == heap::NodeType::closure) {
    const CommonFunction common = find_common_function(scene, functions);
    if (common.node != kNoNode) return common.name;
  }
  return scene.names.class_name(functions.front());
}

Answer answer(Scene& scene, const Pile& pile, const Contents& contents) {
  Answer out;
  const bool is_variable = pile.is_chain || pile.growth == 0;
  const NodeIndex named = is_variable && !pile.items.empty() ? pile.items.front() : pile.container;
  out.where = locate(scene, named);
  out.item_class = class_of_items(scene, pile);
  const Case at{scene, pile, contents, out.where, out.item_class};
  const auto rules = rules_in_order();
  bool found = false;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto match = rules[i](at);
    if (!match) continue;
    if (found || match->is_note_only) {
      if (match->pattern != model::Pattern::unknown) out.notes.push_back(std::move(match->note));
      continue;
    }
    found = true;
    out.rule = i;
    out.match = std::move(*match);
  }
  return out;
}

/// "400 entries before, 800 after, none of the old ones gone".
std::vector<std::string> tell_what_was_seen(const Scene& scene, const Pile& pile) {
  std::vector<std::string> evidence;
  const std::string name = scene.names.class_name(pile.container);
  const std::string who = (name.starts_with('{') ? "the object" : name) + " @" +
                          std::to_string(scene.graph.id(pile.container));
  if (pile.fan_out_before != pile.fan_out_after && scene.by_id()) {
    std::string text = who + " held " + format_grouped(std::int64_t{pile.fan_out_before}) +
                       " before, " + format_grouped(std::int64_t{pile.fan_out_after}) + " after";
    if (pile.lost > 0) text += "; " + format_grouped(pile.lost) + " went and others came";
    evidence.push_back(std::move(text));
  } else {
    evidence.push_back(who + " keeps " + format_bytes(Bytes{pile.bytes}) +
                       (scene.by_id() ? " more than before" : ""));
  }
  if (pile.alike > 1)
    evidence.push_back("it is one of " + format_grouped(static_cast<std::int64_t>(pile.alike)) +
                       " like it that grew");
  return evidence;
}

std::vector<heap::Hop> path_to_items(const Scene& scene, const Pile& pile, const Answer& of) {
  std::vector<heap::Hop> hops = of.where.hops;
  if (pile.items.empty()) return hops;
  const NodeIndex item = pile.items.front();
  if (hops.empty() || hops.back().node != item) {
    const auto way = hops.empty() ? hops : find_way(scene, hops.back().node, item);
    if (way.empty())
      hops = heap::informative_part(scene.graph, scene.paths.path_to(item));
    else
      hops.insert(hops.end(), way.begin(), way.end());
  }
  return hops;
}

model::Finding write_finding(Scene& scene, const Pile& pile, const Contents& contents, Answer& of) {
  Match& match = of.match;
  model::Finding finding;
  finding.pattern = match.pattern;
  finding.identity = match.identity.empty() ? of.where.identity : match.identity;
  finding.sentence = match.sentence;
  const std::string owner = scene.names.class_name(pile.container);
  finding.owner_class = !match.owner_class.empty() ? match.owner_class
                        : owner.starts_with('{')   ? "Object"
                                                   : owner;
  finding.item_class = match.item_class.empty() ? of.item_class : match.item_class;
  finding.item_growth = pile.growth;
  finding.bytes = pile.bytes;
  const Located& declared = match.declared ? *match.declared : of.where;
  finding.declared = find_declaration(scene, declared);
  if (match.site) finding.site = scene.sources.place_of(*match.site);
  // A field of a library's class is the library's, though it may be told by the program's variable.
  const bool is_librarys =
      !declared.owner.empty() && heap::origin_of(declared.script) == heap::Origin::library;
  const std::string& script =
      finding.declared && !is_librarys ? finding.declared->file : declared.script;
  if (heap::origin_of(script) == heap::Origin::library)
    finding.package = scene.sources.package_of(script);
  auto hops = path_to_items(scene, pile, of);
  // The way to a request was walked from one item: the path has to go through that one.
  if (!match.below.empty() && !contents.items.empty()) {
    const NodeIndex item = scene.graph.source(match.below.front().edge);
    if (!hops.empty() && hops.back().node != item && !pile.is_chain) {
      const auto way = find_way(scene, pile.container, item);
      if (!way.empty() && !of.where.hops.empty()) {
        hops = of.where.hops;
        hops.insert(hops.end(), way.begin(), way.end());
      }
    }
    if (!hops.empty() && hops.back().node == item)
      hops.insert(hops.end(), match.below.begin(), match.below.end());
  }
  finding.path = draw_path(scene, hops);
  finding.evidence = tell_what_was_seen(scene, pile);
  finding.evidence.insert(finding.evidence.end(), match.evidence.begin(), match.evidence.end());
  finding.notes = std::move(of.notes);
  finding.advice = advise(match.pattern, match.variant);
  finding.confidence = judge_finding(scene, pile, match, declared.origin);
  return finding;
}

const std::string& identity_of(const Answer& answer) {
  return answer.match.identity.empty() ? answer.where.identity : answer.match.identity;
}

/// Groups whose best piles have one identity are one finding: a Map for every tenant.
void take_alike_together(Scene& scene, std::vector<Pile>& piles,
                         const std::vector<Contents>& contents, std::vector<Answer>& answers,
                         std::vector<Group>& groups) {
  std::map<std::pair<std::size_t, std::string>, std::size_t> known;
  std::vector<Group> kept;
  for (Group& group : groups) {
    const Answer& best = answers[group.best];
    if (identity_of(best).empty()) {
      kept.push_back(std::move(group));
      continue;
    }
    const auto [first, is_new] = known.try_emplace({best.rule, identity_of(best)}, kept.size());
    if (is_new) {
      kept.push_back(std::move(group));
      continue;
    }
    Group& into = kept[first->second];
    Pile& pile = piles[into.best];
    const Pile& other = piles[group.best];
    pile.growth += other.growth;
    pile.bytes += other.bytes;
    pile.lost += other.lost;
    pile.alike += other.alike;
    into.others.insert(into.others.end(), group.others.begin(), group.others.end());
    into.is_answered = false;
  }
  for (Group& group : kept)
    if (!group.is_answered)
      answers[group.best] = answer(scene, piles[group.best], contents[group.best]);
  groups = std::move(kept);
}

std::int64_t bytes_of_items(const Scene& scene, const Pile& pile) {
  std::int64_t bytes = 0;
  for (const NodeIndex item : pile.items) bytes += static_cast<std::int64_t>(scene.retained(item));
  return pile.items.empty() ? pile.bytes : bytes;
}

std::vector<model::Finding> explain_piles(Scene& scene, std::vector<Pile> piles, int most) {
  const PileOfNode pile_of = number_items(scene, piles);
  std::vector<Contents> contents;
  std::vector<Answer> answers;
  std::vector<Rank> ranks;
  for (std::uint32_t i = 0; i < piles.size(); ++i) {
    contents.push_back(look_into(scene, piles[i], i, pile_of));
    answers.push_back(answer(scene, piles[i], contents.back()));
    const Answer& of = answers.back();
    const bool is_counted = piles[i].fan_out_after > piles[i].fan_out_before;
    ranks.push_back({of.rule, is_counted, of.where.origin, bytes_of_items(scene, piles[i]),
                     scene.graph.id(piles[i].container)});
  }
  std::vector<Group> groups = merge_piles(scene, piles, contents, pile_of, ranks);
  take_alike_together(scene, piles, contents, answers, groups);
  std::vector<model::Finding> findings;
  for (const Group& group : groups) {
    Answer& best = answers[group.best];
    std::int64_t bytes = piles[group.best].bytes;
    for (const std::size_t other : group.others) {
      bytes = std::max(bytes, piles[other].bytes);
      if (answers[other].match.pattern != model::Pattern::unknown)
        best.notes.push_back("also kept by " + answers[other].match.note);
    }
    findings.push_back(write_finding(scene, piles[group.best], contents[group.best], best));
    findings.back().bytes = bytes;
  }
  std::stable_sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) {
    const bool low_a = a.confidence == model::Confidence::low;
    const bool low_b = b.confidence == model::Confidence::low;
    return low_a != low_b ? low_b : a.bytes > b.bytes;
  });
  if (findings.size() > static_cast<std::size_t>(most)) findings.resize(std::size_t(most));
  return findings;
}

}  // namespace

std::vector<model::Finding> find_leaks(std::span<const heap::Snapshot* const> snapshots,
                                       const heap::Comparison& comparison,
                                       const FindOptions& options) {
  Scene scene(snapshots.front(), *snapshots.back(), &comparison, options);
  scene.snapshots = snapshots;
  if (scene.by_id()) return explain_piles(scene, find_piles(scene), options.most);
  return explain_piles(scene, find_large_piles(scene), options.most);
}

std::vector<model::Finding> find_suspects(const heap::Snapshot& snapshot,
                                          const FindOptions& options) {
  Scene scene(nullptr, snapshot, nullptr, options);
  return explain_piles(scene, find_large_piles(scene), options.most);
}

}  // namespace leakcheck::explain
