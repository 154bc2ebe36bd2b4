/// The command line is wrong: exit code 2.
export class UsageError extends Error {}

/// The regular expression that an option was given; all without one.
export function readPattern(option, text = '') {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`${option}: ${error.message}`);
  }
}
