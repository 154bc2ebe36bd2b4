#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leakcheck::model {

/// What kind of leak the objects show.
enum class Pattern {
  collection,            ///< a Map, Set, Array or object that only grows
  closure_over_request,  ///< requests and responses kept past their end
  buffer,                ///< Buffers and array buffers kept
  emitter,               ///< listeners added and never removed
  timer,                 ///< timers never cleared
  promise,               ///< promises never settled
  abort_signal,          ///< listeners of an AbortSignal that lives on
  duplicate_strings,
  sliced_strings,  ///< short strings that keep a long parent
  context,         ///< a closure keeps variables that it does not need
  unknown,         ///< something grows that no rule knows
};
std::string_view to_string(Pattern pattern);  ///< "closure_over_request"

enum class Confidence { low, medium, high };
std::string_view to_string(Confidence confidence);

/// A place in a source file. Units: line and column from 1; 0: not known.
struct SourcePlace {
  std::string file;
  int line = 0;
  int column = 0;
  bool is_mapped = false;  ///< found through a source map
};

/// One line of the small tree that a report draws.
struct PathStep {
  std::string label;       ///< the variable, property or index that leads here: "sessionCache"
  std::string class_name;  ///< "Map", "onFlush()", "IncomingMessage"
  std::uint64_t id = 0;    ///< V8's id, as DevTools shows it after @
  std::optional<SourcePlace> place;
  std::int64_t collapsed = 0;  ///< hops left out before it
};

/// What leaks, in the words of the source.
struct Finding {
  Pattern pattern = Pattern::unknown;
  Confidence confidence = Confidence::low;
  std::string identity;  ///< stable across runs: "sessionCache", "Store.all", "EventEmitter.reload"
  std::string sentence;  ///< "sessionCache (Map) gained 3,000 entries: User"
  std::optional<SourcePlace> declared;  ///< of the variable or field
  std::optional<SourcePlace> site;      ///< of the closure, listener or constructor that leaks
  std::string owner_class;              ///< "Map"
  std::string item_class;               ///< "User": what piles up
  std::int64_t item_growth = 0;         ///< between the first and last snapshot; count in one alone
  std::int64_t bytes = 0;               ///< retained growth; retained size in one alone
  std::string package;                  ///< "lru-cache 10.4.3" when it is inside node_modules
  std::vector<PathStep> path;           ///< from the variable down to what piles up
  std::vector<std::string> evidence;    ///< what was seen, one sentence each
  std::vector<std::string> notes;       ///< other signs of the same objects; what disagrees
  std::vector<std::string> advice;      ///< two lines at most
  std::string ignored;                  ///< the scenario's reason not to fail for it; "": none
};

}  // namespace leakcheck::model
