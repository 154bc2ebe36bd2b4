#pragma once

#include <string>

namespace leakcheck::model {

/// Heap snapshots of a service that grows, from which the run says what leaks.
struct SnapshotSpec {
  enum class Take { on_growth, never };
  enum class Keep { on_failure, always, never };
  Take take = Take::on_growth;
  Keep keep = Keep::on_failure;
};

/// A leak that is known and accepted: findings of this identity do not fail the run.
struct Ignore {
  std::string path;     ///< as findings have it: "Store.cache", "Registry.#items"
  std::string reason;   ///< "bounded, #412"
  std::string expires;  ///< the last day it holds, UTC: "2027-12-31"; "": for ever
};

}  // namespace leakcheck::model
