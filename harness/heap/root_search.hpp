#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/heap/retainer_path.hpp"

namespace leakcheck::heap {

/// The breadth-first searches that fill a RootPaths: seeds in order of how much they tell, and
/// edges into what tells nothing put off until nothing else is left.
class RootSearch {
 public:
  explicit RootSearch(RootPaths& paths);
  void run();

  /// In RootPaths::parent_edges_, besides edges.
  static constexpr std::uint32_t kNotReached = UINT32_MAX;
  static constexpr std::uint32_t kSeed = UINT32_MAX - 1;

 private:
  /// How gladly a node is entered; kept in the low bits of its state.
  enum Class : std::uint8_t { kGladly, kPrototype, kNoise, kTimeout };
  static constexpr std::uint8_t kClassMask = 3;
  static constexpr std::uint8_t kSeen = 4;
  static constexpr std::uint8_t kPutOff = 8;

  void classify_nodes();
  void classify_prototypes(std::uint32_t shape);
  void find_anchors();
  void find_ways();
  Origin origin_of_module(NodeIndex module, bool is_esm) const;

  void start_at(NodeIndex node, std::uint32_t how);
  void start_at_anchors(Origin origin, bool global);
  void drain();
  void expand(std::uint32_t node);
  bool take_put_off(std::size_t which);

  struct Anchor {
    NodeIndex node = kNoNode;
    Origin origin = Origin::unknown;
    bool is_global = false;
  };

  RootPaths& paths_;
  const HeapGraph& graph_;
  std::vector<std::uint8_t> states_;
  std::vector<std::uint32_t> queue_;
  std::size_t head_ = 0;
  std::array<std::vector<std::uint32_t>, 2> put_off_;  ///< edges: into prototypes, into noise
  std::vector<Anchor> anchors_;
};

}  // namespace leakcheck::heap
