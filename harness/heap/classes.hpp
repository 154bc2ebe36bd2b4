#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/heap/snapshot.hpp"

namespace leakcheck::heap {

/// Objects that DevTools counts together: one constructor's (by name and, where V8 says it, by the
/// place of the constructor), or "(string)", "(array)", "(closure)", "(compiled code)" and so on.
struct ClassRow {
  std::string name;
  std::string place;  ///< "script id,line,column" of the constructor, or ""
  std::uint64_t count = 0;
  std::uint64_t shallow = 0;
  std::uint64_t retained = 0;  ///< of those that no object of the same class retains
  std::uint32_t distance = 0;  ///< the least
};

/// DevTools' summary, row by row. Shape: by retained size, the largest first.
std::vector<ClassRow> summarise_classes(const Snapshot& snapshot);

/// The class of every node, as a number into `names`: what summaries and comparisons group by.
/// Shape: of N.
struct ClassOfNode {
  std::vector<std::uint32_t> classes;
  std::vector<std::string> names;
  std::vector<std::string> places;
};
ClassOfNode find_classes(const Snapshot& snapshot);

/// Plain objects by their property names: "{url, headers, body}", at most 8 named, "…" after them.
std::vector<ClassRow> summarise_shapes(const Snapshot& snapshot);

/// Strings of which there is more than one copy.
struct DuplicateString {
  std::string text;  ///< the beginning, 80 code points at most
  std::uint64_t copies = 0;
  std::uint64_t bytes = 0;  ///< shallow, of all copies
};
/// Shape: by the bytes that the copies past the first cost.
std::vector<DuplicateString> find_duplicate_strings(const Snapshot& snapshot);

/// Memory outside V8's heap, by what holds it: backing stores, external strings, node::… objects.
struct NativeOwner {
  std::string name;  ///< of the nearest object of the program above it: "Upload", "Buffer"
  std::string kind;  ///< "system / JSArrayBufferData"
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};
std::vector<NativeOwner> find_native_owners(const Snapshot& snapshot);

}  // namespace leakcheck::heap
