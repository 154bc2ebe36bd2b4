#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/model/memory.hpp"
#include "harness/native/places.hpp"

namespace leakcheck::native {

/// Counts what malloc gives and gets back in the service's processes of Node.js, each in a file of
/// its own, by a library that LD_PRELOAD puts into them.
class MallocCounter {
 public:
  /// Writes the library where it can be loaded from: the run folder, or a temporary folder.
  /// Errors: ErrorKind::io, when there is no such place; the run can do without a counter.
  static Result<std::unique_ptr<MallocCounter>> prepare(const std::filesystem::path& run_folder);
  ~MallocCounter();

  /// For the service. LD_PRELOAD holds our library only: it belongs behind what the user has there.
  std::vector<std::pair<std::string, std::string>> environment() const;

  /// What the process holds now; nothing where it is not counted.
  /// Cost: a file of one page.
  std::optional<model::NativeMemory> read(int pid) const;

  /// One sentence, for a process that read() tells nothing of: why, and the cure if there is one.
  std::string why_off(int pid) const;

 private:
  MallocCounter() = default;

  PrivateFolder pages_;    ///< the processes' files
  PrivateFolder private_;  ///< for the library, where the run folder will not do
  std::filesystem::path library_;
};

}  // namespace leakcheck::native
