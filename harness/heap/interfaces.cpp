#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "harness/heap/plain_shapes.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::size_t kLongestName = 120;  // of an interface, past its first property
constexpr std::uint64_t kFewestObjects = 2;
constexpr double kLeastShare = 1.0 / 1000;
constexpr std::string_view kProto = "__proto__";

/// Texts of strings, each read once.
class Texts {
 public:
  explicit Texts(const HeapGraph& graph) : graph_(graph) {}
  const std::string& operator[](std::uint32_t index) {
    const auto [found, is_new] = known_.try_emplace(index);
    if (is_new) found->second = graph_.text(StringIndex{index});
    return found->second;
  }

 private:
  const HeapGraph& graph_;
  std::unordered_map<std::uint32_t, std::string> known_;
};

/// As JavaScript counts: in UTF-16.
std::size_t length_in_utf16(std::string_view text) {
  std::size_t length = 0;
  for (const char byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0U) != 0x80U) length += bits >= 0xF0U ? 2 : 1;
  }
  return length;
}

/// A name that could be misread stands in quotes, as JSON has it.
std::string format_property(const std::string& name) {
  if (name.find_first_of(",'\"{}") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) {
    const auto bits = static_cast<unsigned char>(c);
    constexpr std::string_view kShort = "\bb\ff\nn\rr\tt";
    const auto found = bits < 0x20 ? kShort.find(c) : std::string_view::npos;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (found != std::string_view::npos) {
      out += '\\';
      out += kShort[found + 1];
    } else if (bits < 0x20) {
      out += fmt::format("\\u{:04x}", bits);
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct Candidate {
  Interface interface;
  std::uint64_t count = 0;
};

Interface name_interface(std::span<const std::uint32_t> names, Texts& texts) {
  Interface out{"{", {}};
  std::size_t length = 1;
  for (const std::uint32_t index : names) {
    const std::string& name = texts[index];
    if (name == kProto) continue;
    const std::string formatted = format_property(name);
    const std::size_t more = length_in_utf16(formatted);
    if (length > 1 && length + more > kLongestName) break;
    if (length > 1) {
      out.name += ", ";
      length += 2;
    }
    out.name += formatted;
    length += more;
    out.properties.push_back(name);
  }
  out.name += '}';
  return out;
}

/// How many plain objects have which property first: no interface of it can have more.
std::unordered_map<std::uint32_t, std::uint64_t> count_first_names(const PlainShapes& shapes,
                                                                   std::uint32_t& proto,
                                                                   Texts& texts) {
  std::unordered_map<std::uint32_t, std::uint64_t> counts;
  for (std::size_t shape = 0; shape < shapes.size(); ++shape)
    for (const std::uint32_t name : shapes.names_of(shape)) {
      if (proto == UINT32_MAX && texts[name] == kProto) proto = name;
      if (name == proto) continue;
      counts[name] += shapes.counts[shape];
      break;
    }
  return counts;
}

}  // namespace

std::vector<Interface> infer_interfaces(const HeapGraph& graph, const PlainShapes& shapes) {
  Texts texts(graph);
  const double least = std::max(static_cast<double>(kFewestObjects),
                                static_cast<double>(shapes.shape_of.size()) * kLeastShare);
  std::uint32_t proto = UINT32_MAX;
  const auto first_names = count_first_names(shapes, proto, texts);
  std::vector<Candidate> candidates;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    const auto names = shapes.names_of(shape);
    const auto first =
        std::find_if(names.begin(), names.end(), [&](auto name) { return name != proto; });
    if (first == names.end() || static_cast<double>(first_names.at(*first)) < least) continue;
    Interface interface = name_interface(names, texts);
    const auto [found, is_new] = known.try_emplace(interface.name, candidates.size());
    if (is_new) candidates.push_back({std::move(interface), 0});
    candidates[found->second].count += shapes.counts[shape];
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  std::vector<Interface> out;
  for (auto& candidate : candidates) {
    if (static_cast<double>(candidate.count) < least) break;
    out.push_back(std::move(candidate.interface));
  }
  return out;
}

namespace {

/// An interface in a graph's own string indices.
struct Wanted {
  std::uint32_t interface = 0;
  std::uint64_t mask = 0;              // a bit for each name: most tests end here
  std::vector<std::uint32_t> names{};  // sorted
};

std::uint64_t bit_of(std::uint32_t name) {
  return std::uint64_t{1} << ((name * 0x9E3779B1U) >> 26U);
}

/// The interfaces all of whose properties some plain object of this graph has, in the order in
/// which they are tried.
std::vector<Wanted> find_wanted(const HeapGraph& graph, const PlainShapes& shapes,
                                const std::vector<Interface>& interfaces) {
  std::unordered_map<std::string_view, std::uint32_t> index_of;
  for (const auto& interface : interfaces)
    for (const auto& property : interface.properties) index_of.emplace(property, UINT32_MAX);
  std::vector<bool> seen(graph.string_count());
  for (const std::uint32_t name : shapes.names) {
    if (name >= seen.size() || seen[name]) continue;
    seen[name] = true;
    const auto found = index_of.find(graph.text(StringIndex{name}));
    if (found != index_of.end()) found->second = name;
  }
  std::vector<Wanted> wanted;
  for (std::uint32_t i = 0; i < interfaces.size(); ++i) {
    Wanted each{i};
    for (const auto& property : interfaces[i].properties)
      each.names.push_back(index_of.at(property));
    std::sort(each.names.begin(), each.names.end());
    if (!each.names.empty() && each.names.back() == UINT32_MAX) continue;
    for (const std::uint32_t name : each.names) each.mask |= bit_of(name);
    wanted.push_back(std::move(each));
  }
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& a, const auto& b) { return a.names.size() > b.names.size(); });
  return wanted;
}

}  // namespace

std::vector<std::uint32_t> match_interfaces(const HeapGraph& graph, const PlainShapes& shapes,
                                            const std::vector<Interface>& interfaces) {
  std::vector<std::uint32_t> matches(shapes.size(), UINT32_MAX);
  if (interfaces.empty()) return matches;
  const std::vector<Wanted> wanted = find_wanted(graph, shapes, interfaces);
  std::vector<std::uint32_t> names;
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    const auto all = shapes.names_of(shape);
    names.assign(all.begin(), all.end());
    std::sort(names.begin(), names.end());
    std::uint64_t mask = 0;
    for (const std::uint32_t name : names) mask |= bit_of(name);
    const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& each) {
      return (each.mask & ~mask) == 0 &&
             std::includes(names.begin(), names.end(), each.names.begin(), each.names.end());
    });
    if (found != wanted.end()) matches[shape] = found->interface;
  }
  return matches;
}

}  // namespace leakcheck::heap
