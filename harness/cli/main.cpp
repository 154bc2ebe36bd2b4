#include "harness/cli/cli.hpp"

int main(int argc, char** argv) {
  return leakcheck::cli::run_cli(argc, argv);
}
