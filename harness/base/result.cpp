#include "harness/base/result.hpp"

#include <system_error>

namespace leakcheck {

tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint) {
  return tl::make_unexpected(Error{kind, std::move(message), std::move(hint)});
}

tl::unexpected<Error> fail_errno(ErrorKind kind, const std::string& what, int error_number,
                                 std::string hint) {
  return fail(kind, what + ": " + std::generic_category().message(error_number), std::move(hint));
}

tl::unexpected<Error> with_context(Error error, const std::string& context) {
  error.message = context + ": " + error.message;
  return tl::make_unexpected(std::move(error));
}

}  // namespace leakcheck
