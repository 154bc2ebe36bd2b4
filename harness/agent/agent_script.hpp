#pragma once

#include <string_view>

namespace leakcheck::agent {

/// js/leakcheck-agent.cjs, as of the build.
std::string_view agent_script();

}  // namespace leakcheck::agent
