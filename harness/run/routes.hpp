#pragma once

#include <string>
#include <vector>

#include "harness/model/load_spec.hpp"
#include "harness/model/scenario.hpp"

/// The routes of a load, each by itself.
namespace leakcheck::run {

/// A load that runs one route, and what has to run before it.
struct RouteLoad {
  std::vector<std::string> with;  ///< names of the other steps in it, in order, each once
  model::LoadSpec load;
};

/// A step, by its name: steps of the same name are one route, in whatever flow they are.
struct Route {
  std::string name;
  /// To be tried in order, until its requests succeed: with what it is known to need; then with all
  /// that comes before it in its flow, if that is more.
  std::vector<RouteLoad> ways;
};

/// What is known of a load besides its steps.
struct RouteSetting {
  std::vector<std::string> set_cookies;  ///< steps whose answers have set a cookie
  int requests = 100;                    ///< of the route, in one cycle
};

/// Every route of the flows. Those that take the least come first, and each after what it needs.
/// A route needs earlier steps of its flow
///   - that capture a value which it uses: also in the load's headers, and in an `if` around it;
///   - that have set a cookie, when the load keeps cookies;
///   - that are no GET or HEAD, once there is a cookie: they may have logged in;
/// and what those need. Its load is the closed model with the same users and the same setup,
/// without teardown, thinks and other flows; loops run once. An `if` around it stays when it looks
/// at what the service or the payload gave, and holds in any case when it only looks at chance and
/// counts.
std::vector<Route> list_routes(const model::LoadSpec& spec, const RouteSetting& setting);

}  // namespace leakcheck::run
