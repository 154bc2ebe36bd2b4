#pragma once

#include <filesystem>
#include <string>

namespace leakcheck::cli {

struct JudgeArguments {
  std::filesystem::path series;  ///< "-": stdin
  std::string format;            ///< "": the content tells
  std::string growth = "15%";
  std::string over = "6h";
  bool post_gc = false;        ///< heapUsed was read after a collection each time
  std::filesystem::path json;  ///< empty: none
  bool quiet = false;          ///< nothing when it is clean
  std::string color = "auto";  ///< auto, always, never
};

/// `leakcheck judge`: returns the exit code.
int judge_series(const JudgeArguments& arguments);

}  // namespace leakcheck::cli
