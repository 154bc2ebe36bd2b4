#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace leakcheck {

/// What went wrong, by who can mend it. The exit code follows from it (harness/cli/exit_code.cpp).
enum class ErrorKind {
  usage,     ///< the command line
  scenario,  ///< the scenario file
  target,    ///< the service under test
  load,      ///< the load generator or the answers it got
  report,    ///< a report could not be written
  io,        ///< a file or socket of ours
};

/// A failure that a user, target, network or file can cause: a value, never an exception.
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string message;  ///< one sentence: what happened, and to what
  std::string hint;     ///< one sentence: the cure; may be empty
};

template <typename T>
using Result = tl::expected<T, Error>;

/// An Error ready to be returned from a function that returns Result.
tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = "");

/// The same for a failed system call: appends the text of `error_number`.
tl::unexpected<Error> fail_errno(ErrorKind kind, const std::string& what, int error_number,
                                 std::string hint = "");

/// Puts "context: " before the message, on the way up.
tl::unexpected<Error> with_context(Error error, const std::string& context);

}  // namespace leakcheck
