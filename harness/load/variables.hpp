#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/base/template.hpp"
#include "harness/load/distinct_counts.hpp"
#include "harness/load/escaping.hpp"
#include "harness/load/random.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// What every request of a run can refer to.
struct Surroundings {
  std::vector<std::string> payload_fields;
  std::string port;                     ///< of the target
  std::vector<std::string> captures{};  ///< names that steps capture as; a slot each
  std::string run_id{};                 ///< of this run
  DistinctCounts* distinct = nullptr;   ///< gets a slot for each variable that varies
};

/// The values of one request. All uses of `$sequence` in it are the same number; each use of a
/// random variable is another value.
struct RequestValues {
  std::int64_t sequence;
  const std::vector<std::string>* row;  ///< of the payload; null without one
  Random random;
  std::int64_t iteration = 0;
  std::size_t user = 0;  ///< from 0
  int loop_count = 0;    ///< from 1, in a loop
  /// By slot of Surroundings::captures; of the virtual user.
  std::vector<std::optional<std::string>>* captured = nullptr;
  DistinctCounts* distinct = nullptr;  ///< counts the values written; none: nobody does
};

/// Which row of the payload an iteration gets; the same for the same seed and iteration.
class PayloadRows {
 public:
  PayloadRows(std::optional<model::Payload> payload, std::uint64_t seed);

  /// Null without a payload, and when is_used_up().
  const std::vector<std::string>* row_of(std::int64_t iteration) const;
  /// Whether there is no row for this iteration: each may be given only once, and was.
  bool is_used_up(std::int64_t iteration) const;
  /// Whether so many iterations take rows in sequence more than once.
  bool repeats_within(std::int64_t iterations) const;

  std::int64_t size() const;

 private:
  std::optional<model::Payload> payload_;
  std::uint64_t seed_;
};

/// A Template whose variables are looked up once, so that rendering is only appending.
class CompiledTemplate {
 public:
  /// `place` says how values are escaped; literal text is written as it stands. A name is a capture
  /// before it is a field of the payload.
  /// Errors: ErrorKind::load for a variable that does not exist or has wrong arguments.
  static Result<CompiledTemplate> compile(const Template& text, const Surroundings& surroundings,
                                          Place place);

  bool is_literal() const;
  /// Shape: is_literal().
  std::string literal() const;

  void append_to(std::string& out, RequestValues& values) const;
  /// "no value for id", when a variable was not captured so far. The text lives as long as this.
  const std::string* find_missing(const RequestValues& values) const;

 private:
  friend class PieceCompiler;
  struct Piece {
    enum class Kind {
      literal,
      sequence,
      iteration,
      user,
      loop_count,
      random_number,
      random_text,
      uuid,
      client_address,
      field,
      captured,
    };
    static constexpr std::size_t kUncounted = SIZE_MAX;

    Kind kind = Kind::literal;
    std::string text{};     // literal: itself; captured: what find_missing() says
    std::int64_t low = 0;   // random_number; the length of random_text; how many client_addresses
    std::int64_t high = 0;  // random_number
    std::size_t index = 0;  // of the field, of the capture
    std::size_t counted = kUncounted;  // slot of DistinctCounts
  };

  static const std::string* find_captured(const Piece& piece, const RequestValues& values);
  void append_piece(const Piece& piece, std::string& out, RequestValues& values) const;

  std::vector<Piece> pieces_;
  Place place_ = Place::plain;
  bool has_captures_ = false;
};

/// The template with what is the same throughout a run written out, and neighbouring texts in one.
Template fill_in(const Template& text, const Surroundings& surroundings);

}  // namespace leakcheck::load
