#pragma once

#include <array>
#include <string_view>

namespace leakcheck::agent {

/// A file of the agent, as of the build.
struct Script {
  std::string_view name;  ///< "leakcheck-agent.cjs"
  std::string_view text;
};

/// js/*.cjs: first the one to preload, then those that it loads from beside it.
std::array<Script, 6> agent_scripts();

}  // namespace leakcheck::agent
