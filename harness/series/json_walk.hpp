#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "harness/series/draft.hpp"

namespace leakcheck::series {

/// Takes readings out of JSON: known keys of an object and of the objects in it, the outer before
/// the inner. Owns simdjson's parser, so that a million lines share its memory.
class JsonWalk {
 public:
  JsonWalk();
  ~JsonWalk();
  JsonWalk(const JsonWalk&) = delete;
  JsonWalk& operator=(const JsonWalk&) = delete;

  using Take = std::function<void(const RawReading&)>;

  /// Whether it is JSON: an object, or an array of them, each given to `take`.
  /// Shape:  kPadding bytes behind `text` can be read.
  bool read(std::string_view text, const Take& take);

  static constexpr std::size_t kPadding = 64;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace leakcheck::series
