#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness/heap/retainer_path.hpp"
#include "harness/model/finding.hpp"

namespace leakcheck::explain {

/// The program's source files, read when they are asked for and kept: lines of declarations, and
/// source maps followed. A file that is not there, or is not the one the snapshot saw, only costs
/// the line.
class Sources {
 public:
  /// `root`: that relative names start from; `read` false: no file is opened.
  Sources(std::filesystem::path root, bool read);
  ~Sources();

  /// The place as a person has it: a path, line and column from 1, in the original of a source map.
  model::SourcePlace place_of(const heap::ScriptPlace& place);

  /// Where a variable is declared (const, let, var, function, class, import, parameter) in a
  /// script: the declaration that is nearest before `inside`, when one is given, else the first at
  /// the top level.
  std::optional<model::SourcePlace> find_variable(const std::string& script, std::string_view name,
                                                  const std::optional<heap::ScriptPlace>& inside);

  /// Where a field ("items", "#items", "static all") of a class is declared or first assigned.
  std::optional<model::SourcePlace> find_field(const std::string& script,
                                               std::string_view class_name, std::string_view field);

  /// "lru-cache 10.4.3" for a script inside node_modules, "" for one's own.
  std::string package_of(const std::string& script);

 private:
  struct File;
  const File* open(const std::string& script);

  std::filesystem::path root_;
  bool read_;
  std::map<std::string, std::unique_ptr<File>> files_;
};

}  // namespace leakcheck::explain
