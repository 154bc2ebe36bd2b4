#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leakcheck::target {

/// One option as NODE_OPTIONS has it: white space splits there, double quotes and backslashes
/// inside them keep it together. Source: Node.js, src/node.cc, ParseNodeOptionsEnvVar.
std::string quote_node_option(std::string_view option);

/// What we put into NODE_OPTIONS, behind what the user has there.
struct NodeOptions {
  std::string users;      ///< as it was; "" for none
  bool expose_gc = true;  ///< Node.js 18 refuses it there; the agent finds another way
  int max_old_space_mb = 0;
  std::vector<std::string> flags;  ///< the scenario's target.node.flags
  std::string preload;             ///< path of the agent's script; "" for none: no --expose-gc then

  std::string render() const;
};

/// The option that Node.js refused ("node: --expose-gc is not allowed in NODE_OPTIONS"), if that is
/// what `stderr_text` says.
std::optional<std::string> find_refused_option(std::string_view stderr_text);

}  // namespace leakcheck::target
