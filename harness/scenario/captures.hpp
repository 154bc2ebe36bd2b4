#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/node.hpp"

namespace leakcheck::scenario {

/// A name that a step takes from its answer, for `{{ name }}`.
struct CapturedName {
  std::string name;
  std::string where;  ///< "load.setup", "the flow \"create\""
  int line = 0;
};

/// Which captured names can be used, as far as the reading has come.
struct Captures {
  std::vector<CapturedName> all;    ///< of the whole load, for messages
  std::vector<std::string> usable;  ///< where the reading is
  std::string where;                ///< the same words as in CapturedName
  int loops = 0;                    ///< that are open there
};

/// Every capture below the node of `load`, wherever steps can be. What is malformed is passed over.
std::vector<CapturedName> find_captures(const Node& load);

/// "flow 2", until a flow has a name of its own.
std::string default_flow_name(std::size_t number);
/// "the flow \"create\"", for messages.
std::string name_of_flow(std::string_view name);

}  // namespace leakcheck::scenario
