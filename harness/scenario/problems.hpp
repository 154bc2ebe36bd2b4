#pragma once

#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "harness/scenario/node.hpp"
#include "harness/scenario/reader.hpp"

namespace leakcheck::scenario {

/// Gathers all problems of one reading. The same problem at the same place counts once, because a
/// value is read again for each profile. Bounded: past 100 it only counts on.
class Problems {
 public:
  void add(const Place& place, std::string message, std::string hint = "");

  bool empty() const { return found_.empty(); }
  /// In the order of the files, lines and columns.
  std::vector<Problem> take();

 private:
  struct Found {
    int order;
    Problem problem;
  };
  std::vector<Found> found_;
  std::set<std::tuple<int, int, int, std::string>> seen_;
  int left_out_ = 0;
};

/// The text in quotes for a message: one line, at most 60 characters.
std::string in_quotes(std::string_view text);

/// A hint for a wrong word: what it most likely meant, or all that it could be.
/// `what` is the plural noun: "keys", "profiles".
std::string suggest(std::string_view word, const std::vector<std::string>& candidates,
                    std::string_view what);

/// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace leakcheck::scenario
