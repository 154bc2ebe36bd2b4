#include "harness/heap/graph_rows.hpp"

#include <algorithm>

namespace leakcheck::heap {
namespace {

Result<void> judge(const RowSpan& span, const RowsRead& done, const char* section) {
  if (done.at == nullptr) return {};
  const std::string what =
      done.field == kNoField ? describe_fault(done.at) : std::string("a number out of its range");
  return tl::make_unexpected(damaged(what + " in " + section, span.offset_of(done.at)));
}

/// Divides by a number that is not known when the code is compiled, with two multiplications.
class ExactDivision {
 public:
  explicit ExactDivision(std::uint32_t divisor) : divisor_(divisor) {
    while (divisor % 2 == 0) {
      divisor /= 2;
      ++shift_;
    }
    // Newton's steps for the inverse modulo 2^32: each doubles the bits that
    // are right.
    inverse_ = divisor;
    for (int i = 0; i < 5; ++i) inverse_ *= 2 - divisor * inverse_;
  }

  /// Anything but `most` or more when it can be divided; else `most`.
  std::uint32_t divide(std::uint64_t number, std::uint64_t most) const {
    if (number > UINT32_MAX) return slow(number, most);
    const std::uint32_t quotient = (static_cast<std::uint32_t>(number) >> shift_) * inverse_;
    const bool exact = static_cast<std::uint64_t>(quotient) * divisor_ == number;
    return exact && quotient < most ? quotient : static_cast<std::uint32_t>(most);
  }

 private:
  std::uint32_t slow(std::uint64_t number, std::uint64_t most) const {
    const bool fits = number % divisor_ == 0 && number / divisor_ < most;
    return static_cast<std::uint32_t>(fits ? number / divisor_ : most);
  }

  std::uint32_t divisor_;
  std::uint32_t inverse_ = 1;
  unsigned shift_ = 0;
};

}  // namespace

Result<void> NodeSink::read(const RowSpan& span) {
  const auto& field = header_.node;
  const std::size_t types = header_.node_types.size();
  // The columns' own pointers: their sizes change while other threads add rows
  // behind.
  std::uint8_t* const type_column = columns_.types.data();
  std::uint32_t* const name_column = columns_.names.data();
  std::uint32_t* const id_column = columns_.ids.data();
  std::uint32_t* const size_column = columns_.self_sizes.data();
  std::uint32_t* const edge_column = columns_.first_edges.data();
  const RowsRead done =
      parse_rows(span, field.size, [&](std::uint64_t row, const std::uint64_t* values) {
        const std::uint64_t type = values[field.type];
        if (type >= types) return field.type;
        if (values[field.name] > UINT32_MAX) return field.name;
        if (values[field.id] > UINT32_MAX) return field.id;
        if (values[field.edge_count] > UINT32_MAX) return field.edge_count;
        std::uint32_t detached = 0;
        if (field.detachedness != kNoField && values[field.detachedness] <= 2)
          detached = static_cast<std::uint32_t>(values[field.detachedness]);
        type_column[row] = static_cast<std::uint8_t>(
            static_cast<std::uint32_t>(header_.node_types[type]) | detached << 5U);
        name_column[row] = static_cast<std::uint32_t>(values[field.name]);
        id_column[row] = static_cast<std::uint32_t>(values[field.id]);
        edge_column[row] = static_cast<std::uint32_t>(values[field.edge_count]);
        const std::uint64_t size = values[field.self_size];
        size_column[row] = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, UINT32_MAX));
        if (size >= UINT32_MAX) large_sizes.emplace_back(static_cast<std::uint32_t>(row), size);
        return kNoField;
      });
  return judge(span, done, "nodes");
}

EdgeSink::EdgeSink(const SnapshotHeader& header, GraphColumns& columns, EdgeNames& names,
                   const StringTable* strings)
    : header_(header), columns_(columns), names_(names), strings_(strings) {
  for (const EdgeType type : header.edge_types)
    types_.push_back(static_cast<std::uint32_t>(type) << 28U);
  if (strings == nullptr || strings->weak_map_names.empty()) return;
  first_weak_map_name_ = strings->weak_map_names.front().first;
  is_weak_map_name_.resize(strings->weak_map_names.back().first - first_weak_map_name_ + 1);
  for (const auto& [name, table] : strings->weak_map_names)
    is_weak_map_name_[name - first_weak_map_name_] = true;
}

void EdgeSink::note_weak_map(std::uint64_t row, std::uint32_t name) {
  if (!is_weak_map_name_[name - first_weak_map_name_]) return;
  if (const auto table = strings_->weak_map_table(name))
    weak_map_edges.push_back({static_cast<std::uint32_t>(row), *table});
}

template <bool keep>
RowsRead EdgeSink::parse(const RowSpan& span) {
  constexpr std::uint32_t kInternal = static_cast<std::uint32_t>(EdgeType::internal) << 28U;
  constexpr std::uint32_t kElement = static_cast<std::uint32_t>(EdgeType::element) << 28U;
  constexpr std::uint32_t kHidden = static_cast<std::uint32_t>(EdgeType::hidden) << 28U;
  const auto& field = header_.edge;
  const std::uint64_t nodes = header_.node_count;
  const std::size_t types = types_.size();
  const std::uint32_t* const type_bits = types_.data();
  const ExactDivision division(header_.node.size);
  const std::uint64_t strings = strings_ != nullptr ? strings_->size() : UINT32_MAX + 1ULL;
  const std::uint64_t weak_map_names = is_weak_map_name_.size();
  std::uint32_t* const edge_column = columns_.edges.data();
  std::uint32_t* const name_column = names_.names.data();
  return parse_rows(span, field.size, [&](std::uint64_t row, const std::uint64_t* values) {
    if (values[field.type] >= types) return field.type;
    const std::uint32_t type = type_bits[values[field.type]];
    const std::uint64_t target = division.divide(values[field.target], nodes);
    if (target >= nodes) return field.target;
    const std::uint64_t name = values[field.name];
    if (name >= strings && (name > UINT32_MAX || (type != kElement && type != kHidden)))
      return field.name;
    edge_column[row] = static_cast<std::uint32_t>(target) | type;
    if (keep) name_column[row] = static_cast<std::uint32_t>(name);
    if (type == kInternal && name - first_weak_map_name_ < weak_map_names)
      note_weak_map(row, static_cast<std::uint32_t>(name));
    return kNoField;
  });
}

Result<void> EdgeSink::read(const RowSpan& span) {
  if (strings_ == nullptr) return judge(span, parse<true>(span), "edges");
  // Where each block of names begins is found on the way: the span is cut
  // there.
  RowSpan part = span;
  const std::uint64_t end_row = span.first_row + span.rows;
  RowsRead done;
  while (part.first_row < end_row) {
    const std::uint64_t block_end = (part.first_row / kEdgesInBlock + 1) * kEdgesInBlock;
    if (part.first_row % kEdgesInBlock == 0)
      names_.blocks.data()[part.first_row / kEdgesInBlock] = part.offset;
    part.rows = std::min(block_end, end_row) - part.first_row;
    done = parse<false>(part);
    if (done.at != nullptr) break;
    part.offset = part.offset_of(done.end);
    part.begin = done.end;
    part.first_row += part.rows;
  }
  return judge(part, done, "edges");
}

Result<void> LocationSink::read(const RowSpan& span) {
  const auto& field = header_.location;
  const std::uint64_t size = header_.node.size;
  const RowsRead done =
      parse_rows(span, field.size, [&](std::uint64_t, const std::uint64_t* values) {
        const std::uint64_t node = values[field.object] / size;
        if (values[field.object] % size != 0 || node >= header_.node_count) return field.object;
        for (const std::uint32_t each : {field.script, field.line, field.column})
          if (values[each] > UINT32_MAX) return each;
        locations.emplace_back(static_cast<std::uint32_t>(node),
                               Location{static_cast<std::uint32_t>(values[field.script]),
                                        static_cast<std::uint32_t>(values[field.line]),
                                        static_cast<std::uint32_t>(values[field.column])});
        return kNoField;
      });
  return judge(span, done, "locations");
}

}  // namespace leakcheck::heap
