// Prints what the heap room makes of a snapshot, for a comparison with DevTools.
//
//   dump_heap nodes FILE OUT   of every node: shallow and retained size (doubles), dominator and
//                              distance (32 bits), column after column
//   dump_heap classes FILE     rows of the summary, as JSON lines
//   dump_heap compare A B      rows of the comparison, as JSON lines
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/heap/classes.hpp"
#include "harness/heap/comparison.hpp"
#include "harness/heap/dominators.hpp"
#include "harness/heap/snapshot.hpp"

namespace {

using namespace leakcheck::heap;
using nlohmann::json;

Snapshot open_or_exit(const char* path) {
  auto snapshot = open_snapshot(path);
  if (snapshot) return std::move(*snapshot);
  std::cerr << snapshot.error().message << '\n';
  std::exit(1);
}

template <typename T>
void write_column(std::ofstream& out, const std::vector<T>& column) {
  out.write(reinterpret_cast<const char*>(column.data()),
            static_cast<std::streamsize>(column.size() * sizeof(T)));
}

void dump_nodes(const Snapshot& snapshot, const char* path) {
  const std::uint32_t count = snapshot.graph.node_count();
  std::ofstream out(path, std::ios::binary);
  std::vector<double> sizes(count);
  for (std::uint32_t i = 0; i < count; ++i)
    sizes[i] = static_cast<double>(snapshot.dominators.shallow_size(NodeIndex{i}));
  write_column(out, sizes);
  for (std::uint32_t i = 0; i < count; ++i)
    sizes[i] = static_cast<double>(snapshot.dominators.retained_size(NodeIndex{i}));
  write_column(out, sizes);
  write_column(out, snapshot.dominators.parents);
  write_column(out, find_distances(snapshot.graph));
}

void print(const json& row) {
  std::cout << row.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

void dump_classes(const Snapshot& snapshot) {
  for (const ClassRow& row :
       summarise_classes(snapshot, find_classes(snapshot.graph), find_distances(snapshot.graph)))
    print({{"name", row.name},
           {"place", row.place},
           {"count", row.count},
           {"shallow", row.shallow},
           {"retained", row.retained},
           {"distance", row.distance}});
}

void dump_comparison(const Snapshot& a, const Snapshot& b) {
  const Comparison comparison = compare(std::array{&a, &b});
  print({{"by_id", comparison.matching == Matching::by_id}});
  for (const ClassDelta& row : comparison.classes)
    print({{"name", row.name},
           {"place", row.place},
           {"new_count", row.new_count},
           {"deleted_count", row.deleted_count},
           {"new_bytes", row.new_bytes},
           {"deleted_bytes", row.deleted_bytes}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "nodes" && argc == 4)
    dump_nodes(open_or_exit(argv[2]), argv[3]);
  else if (what == "classes" && argc == 3)
    dump_classes(open_or_exit(argv[2]));
  else if (what == "compare" && argc == 4)
    dump_comparison(open_or_exit(argv[2]), open_or_exit(argv[3]));
  else
    return 2;
  return 0;
}
