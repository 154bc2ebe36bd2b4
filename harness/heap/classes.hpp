#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/heap/plain_shapes.hpp"
#include "harness/heap/snapshot.hpp"

namespace leakcheck::heap {

/// Objects that DevTools counts together: one constructor's (by name and, where V8 says it, by the
/// place of the constructor), plain objects of like properties ("{url, headers}"), or "(string)",
/// "(array)", "Function", "(compiled code)" and so on.
struct ClassRow {
  std::string name;
  std::string place;  ///< "script id,line,column" of the constructor, from 0, or ""
  std::uint64_t count = 0;
  std::uint64_t shallow = 0;
  std::uint64_t retained = 0;   ///< of those that no object of the same class retains
  std::uint32_t distance = 0;   ///< the least; 0 when distances were not asked for
  NodeIndex example = kNoNode;  ///< the one that retains most
};

/// The class of every node, as a number into `names`: what summaries and comparisons group by.
/// Shape: `classes` of N; the others of one entry a class, (name, place) differ.
struct ClassOfNode {
  std::vector<std::uint32_t> classes;
  std::vector<std::string> names;
  std::vector<std::string> places;
  PlainShapes plain;
  std::vector<Interface> interfaces;
};

/// DevTools' rules. `interfaces`: names of plain objects that another snapshot has, so that the two
/// can be compared; absent: those of this one.
/// Cost:   4 bytes a node, and as much a plain object, and its shapes; reads the names of plain
/// objects' edges. Source: chrome-devtools-frontend, HeapSnapshot.ts, calculateObjectNames,
/// classKeyInternal,
///         propagateDOMState.
ClassOfNode find_classes(const HeapGraph& graph,
                         const std::vector<Interface>* interfaces = nullptr);

/// DevTools' summary, row by row. `distances` are those of find_distances(), or empty.
/// Shape:  by retained size, the largest first.
/// Source: chrome-devtools-frontend, HeapSnapshot.ts, buildAggregates and
///         calculateClassesRetainedSize (there by depth-first search, too).
std::vector<ClassRow> summarise_classes(const Snapshot& snapshot, const ClassOfNode& classes,
                                        const std::vector<std::uint32_t>& distances = {});
std::vector<ClassRow> summarise_classes(const Snapshot& snapshot);

/// Plain objects by their property names: "{url, headers, body}", at most 8 named, "…" after them.
std::vector<ClassRow> summarise_shapes(const Snapshot& snapshot, const ClassOfNode& classes);

/// At most so many code points of a UTF-8 text, and "…" where something is left out.
std::string beginning_of(const std::string& text, std::size_t most_code_points);

/// Strings of which there is more than one copy.
struct DuplicateString {
  std::string text;  ///< the beginning, 80 code points at most
  std::uint64_t copies = 0;
  std::uint64_t bytes = 0;  ///< shallow, of all copies
};
/// Shape: by the bytes that the copies past the first cost.
std::vector<DuplicateString> find_duplicate_strings(const Snapshot& snapshot,
                                                    std::size_t most = 1000);

/// Memory outside V8's heap, by what holds it: backing stores, external strings, node::… objects.
struct NativeOwner {
  std::string name;  ///< of the nearest object of the program above it: "Upload", "Buffer"
  std::string kind;  ///< "system / JSArrayBufferData"
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};
/// Shape: by bytes, the largest first.
std::vector<NativeOwner> find_native_owners(const Snapshot& snapshot);

/// V8's contexts: global scopes of the program itself, of node:vm and of Chrome's frames.
struct ContextCounts {
  std::uint64_t native = 0;    ///< all, the program's own included
  std::uint64_t detached = 0;  ///< those that only objects of the heap still hold
};
ContextCounts count_contexts(const Snapshot& snapshot);

}  // namespace leakcheck::heap
