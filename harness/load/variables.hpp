#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/base/template.hpp"
#include "harness/load/escaping.hpp"
#include "harness/load/random.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::load {

class DistinctCounts;

/// What every request of a run can refer to.
struct Surroundings {
  std::vector<std::string> payload_fields;
  std::string port;                     ///< of the target
  std::vector<std::string> captures{};  ///< names that steps capture as; a slot each
  std::string run_id{};                 ///< of this run
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

  /// Null without a payload.
  const std::vector<std::string>* row_of(std::int64_t iteration) const;

 private:
  std::optional<model::Payload> payload_;
  std::uint64_t seed_;
};

/// A Template whose variables are looked up once, so that rendering is only appending.
class CompiledTemplate {
 public:
  /// `place` says how values are escaped; literal text is written as it stands.
  /// Errors: ErrorKind::load for a variable that does not exist or has wrong arguments.
  static Result<CompiledTemplate> compile(const Template& text, const Surroundings& surroundings,
                                          Place place);

  bool is_literal() const { return is_literal_; }
  void append_to(std::string& out, RequestValues& values) const;

 private:
  struct Sequence {};
  struct RandomNumber {
    std::int64_t low, high;
  };
  struct RandomText {
    std::size_t length;
  };
  struct Uuid {};
  struct Field {
    std::size_t index;
  };
  using Piece = std::variant<std::string, Sequence, RandomNumber, RandomText, Uuid, Field>;

  static Result<Piece> compile_variable(const Placeholder& placeholder,
                                        const Surroundings& surroundings);

  std::vector<Piece> pieces_;
  Place place_ = Place::plain;
  bool is_literal_ = true;
};

}  // namespace leakcheck::load
