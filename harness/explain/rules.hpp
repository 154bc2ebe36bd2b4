#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/explain/contents.hpp"
#include "harness/explain/locate.hpp"

/// The rules of the patterns, one a file (rule_<name>.cpp). Each looks at one place where things
/// pile up and says whether its pattern holds; README.md tells the same in prose.
namespace leakcheck::explain {

/// One pile with all that is known of it.
struct Case {
  Scene& scene;
  const Pile& pile;
  const Contents& contents;
  const Located& where;    ///< what holds the items
  std::string item_class;  ///< of most of them; "" when there are none
};

/// What a rule says of a case. What it leaves empty is filled in from the case.
struct Match {
  model::Pattern pattern = model::Pattern::unknown;
  std::string identity;
  std::string sentence;
  std::string note;  ///< the same in a few words, for when another pattern comes first
  std::string owner_class;
  std::string item_class;
  std::optional<Located> declared;  ///< of the emitter or signal, say, in place of the container
  std::optional<heap::ScriptPlace> site;
  std::vector<heap::Hop> below;  ///< from an item to what the path goes on to
  std::vector<std::string> evidence;
  std::string variant;  ///< of the advice: "interval", "timer", "chain"
  model::Confidence most = model::Confidence::high;
  bool is_note_only = false;   ///< true of the case, but another pattern says it better
  bool is_nodes_list = false;  ///< the list is Node's own by nature: its owner need not be known
};

using Rule = std::optional<Match> (*)(const Case&);

std::optional<Match> match_emitter(const Case& at);
std::optional<Match> match_abort_signal(const Case& at);
std::optional<Match> match_closure_over_request(const Case& at);
std::optional<Match> match_timer(const Case& at);
std::optional<Match> match_promise(const Case& at);
std::optional<Match> match_context(const Case& at);
std::optional<Match> match_buffer(const Case& at);
std::optional<Match> match_sliced_strings(const Case& at);
std::optional<Match> match_duplicate_strings(const Case& at);
std::optional<Match> match_collection(const Case& at);
std::optional<Match> match_unknown(const Case& at);

/// All of them, the most telling first.
std::span<const Rule> rules_in_order();

/// "gained 3,000 entries", or "holds 3,000 entries" where ids don't tell what is new.
std::string tell_growth(const Case& at, std::string_view items);
/// "sessionCache (Map)", "a Map".
std::string tell_owner(const Case& at);

/// The constructor of the items, when it is the program's own or a library's.
std::optional<heap::ScriptPlace> find_constructor(const Case& at);

/// The function that most of the piled up things are, or have.
struct CommonFunction {
  heap::NodeIndex node = heap::kNoNode;
  heap::ScriptPlace place;
  std::string name;  ///< "onReload()"
  double share = 0;  ///< of the items
};
CommonFunction find_common_function(const Scene& scene, std::span<const heap::NodeIndex> functions);

/// "all 400", "about 380 of 400".
std::string tell_share(double share, std::int64_t count);

/// At most two lines.
std::vector<std::string> advise(model::Pattern pattern, std::string_view variant);

}  // namespace leakcheck::explain
