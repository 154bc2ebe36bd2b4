#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/request_step.hpp"

namespace leakcheck::load {

/// Finds values in JSON documents by paths that are fixed beforehand: all of them in one pass,
/// which reads the whole document, so that what is no JSON is found out wherever it is.
/// Cost: no allocation once a document as large as the present one has been read.
class JsonReader {
 public:
  /// Deeper documents are taken for none, and so are longer ones: the reader takes some seven bytes
  /// for each of theirs. Chosen by us.
  static constexpr std::size_t kDeepest = 1'000;
  static constexpr std::size_t kLongest = std::size_t{64} << 20;

  explicit JsonReader(std::vector<model::JsonPath> paths);
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;
  ~JsonReader();

  /// Whether the body is JSON; if not, no path leads anywhere.
  bool read(std::string_view body);

  /// The value at the path of that index as text: what a string holds, a number as it is written,
  /// true, false, null, an object or an array as it is written. Of several values of the same name
  /// it is the first. None: the path leads nowhere.
  /// Shape: the text lives until the next call of read() or find().
  std::optional<std::string_view> find(std::size_t path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leakcheck::load
