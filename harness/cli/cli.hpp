#pragma once

namespace leakcheck::cli {

/// The whole program: reads the arguments, runs the command, returns the exit code.
int run_cli(int argc, char** argv);

}  // namespace leakcheck::cli
