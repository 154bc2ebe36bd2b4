#include <fmt/format.h>

#include <array>
#include <string>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/unsupported.hpp"

namespace leakcheck::scenario {
namespace {

using Take = model::SnapshotSpec::Take;
using Keep = model::SnapshotSpec::Keep;

constexpr const char* kHint =
    "write snapshots: { take: on-growth, keep: on-failure }, or snapshots: never";

void refuse(Context& context, const Node& node, const std::string& what, const std::string& hint) {
  context.problems.add(node.place,
                       fmt::format("snapshots must be a map, or never; this is {}", what), hint);
}

/// The short form. It has one word: what else `take` knows is also the default.
void read_word(Context& context, const Node& node, model::SnapshotSpec& snapshots) {
  const auto word = read_text(context, node, "snapshots");
  if (!word) return;
  if (*word == "never") {
    snapshots.take = Take::never;
  } else if (!refuse_unsupported(context.problems, "snapshots", *word, node.place)) {
    const std::string closest = suggest(*word, {"never"}, "values");
    refuse(context, node, in_quotes(*word), closest.starts_with("did you mean") ? closest : kHint);
  }
}

}  // namespace

model::SnapshotSpec read_snapshots(Context& context, const Node& node) {
  model::SnapshotSpec snapshots;
  if (node.is_scalar()) {
    read_word(context, node, snapshots);
    return snapshots;
  }
  if (!node.is_map()) {
    refuse(context, node, std::string(kind_name(node)), kHint);
    return snapshots;
  }
  const Fields fields(context, node, "snapshots", {"take", "keep"});
  constexpr std::array takes = {Take::on_growth, Take::never};
  constexpr std::array keeps = {Keep::on_failure, Keep::always, Keep::never};
  if (const Node* take = fields.find("take"))
    if (const auto index = read_choice(context, *take, "snapshots.take", {"on-growth", "never"}))
      snapshots.take = takes[*index];
  if (const Node* keep = fields.find("keep"))
    if (const auto index =
            read_choice(context, *keep, "snapshots.keep", {"on-failure", "always", "never"}))
      snapshots.keep = keeps[*index];
  return snapshots;
}

}  // namespace leakcheck::scenario
