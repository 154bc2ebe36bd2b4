#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/scenario/node.hpp"
#include "harness/scenario/problems.hpp"

namespace leakcheck::scenario {

/// A scenario file with everything it extends merged in; `extends` and `profiles` taken out.
struct Document {
  std::shared_ptr<const Source> source;
  NodePtr root;
  bool whole = true;            ///< false when a file that it extends could not be read
  std::vector<Entry> profiles;  ///< each a map
  Place profiles_place;         ///< of the key; the file as a whole without profiles
};

/// Errors: nothing can be said about the content when `root` is null; `problems` says why.
Document load_document(const std::filesystem::path& path, const ReadOptions& options,
                       Problems& problems);

/// `over` laid over `base`: maps merge key by key, everything else is replaced. Another kind of
/// readiness probe replaces the one of `base`, as a service has only one.
NodePtr merge(const NodePtr& base, const NodePtr& over);

/// The file's text, or a problem at `place`: missing, a folder, unreadable, above `most_bytes`.
bool read_bounded(const std::filesystem::path& path, std::size_t most_bytes, const Place& place,
                  std::string& text, Problems& problems);

}  // namespace leakcheck::scenario
