#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness/explain/declarations.hpp"
#include "harness/heap/retainer_path.hpp"
#include "harness/model/finding.hpp"

namespace leakcheck::explain {

/// The program's source files, read when they are asked for and kept: lines of declarations, and
/// source maps followed. A file that is not there, or is not the one the snapshot saw, only costs
/// the line.
/// Cost: a file is read and cut into tokens once; of more than 64 MB it is taken for not there.
class Sources {
 public:
  /// `root`: that relative names start from; `read` false: no file is opened.
  Sources(std::filesystem::path root, bool read);
  ~Sources();

  /// The place as a person has it: a path, line and column from 1, in the original of a source map.
  /// A file that has nothing at that place is not what V8 compiled (tsx and ts-node compile in
  /// memory): line and column are 0 then.
  model::SourcePlace place_of(const heap::ScriptPlace& place);

  /// Where a variable is declared (const, let, var, function, class, import, parameter) in a
  /// script: in the innermost scope around `inside` that has it, when a place is given, else the
  /// first at the top level.
  std::optional<model::SourcePlace> find_variable(const std::string& script, std::string_view name,
                                                  const std::optional<heap::ScriptPlace>& inside);

  /// Where a field ("items", "#items", "static all") of a class is declared or first assigned. The
  /// class of module.exports is "exports"; that of `const cache = {…}` is "cache".
  std::optional<model::SourcePlace> find_field(const std::string& script,
                                               std::string_view class_name, std::string_view field);

  /// What a minified variable was called when it was written; absent: as it is called now.
  std::optional<std::string> find_original_name(const std::string& script, std::string_view name,
                                                const std::optional<heap::ScriptPlace>& inside);

  /// The same of a field: "#items", which bundlers shorten; `class_name` is the one it has now.
  std::optional<std::string> find_original_field(const std::string& script,
                                                 std::string_view class_name,
                                                 std::string_view field);

  /// Whether a script has a source map: what it calls things may not be what they were called.
  bool has_map(const std::string& script);

  /// The text of a file, kept as long as this; null: it is not there.
  const std::string* text_of(const std::string& script);

  /// The text of the function at a place, when it is sure to be the one: parameters and body.
  std::optional<std::string_view> find_function(const heap::ScriptPlace& place);

  /// "lru-cache 10.4.3" for a script inside node_modules, "" for one's own.
  std::string package_of(const std::string& script);

 private:
  struct File;
  const File* open(const std::string& script);
  std::optional<LineColumn> find(const File& file, std::string_view name,
                                 const std::optional<heap::ScriptPlace>& inside) const;
  /// The place in the file's own columns; absent: no function starts there.
  static std::optional<LineColumn> function_at(const File& file, const heap::ScriptPlace& place);
  std::filesystem::path path_of(const std::string& script) const;
  /// What was called `name` at the place of its declaration; absent: the map does not say.
  std::optional<std::string> name_at(const File& file, LineColumn place,
                                     std::string_view name) const;
  model::SourcePlace mapped(const File& file, LineColumn place) const;

  std::filesystem::path root_;
  bool read_;
  std::map<std::string, std::unique_ptr<File>> files_;
  std::map<std::string, std::string> packages_;
};

}  // namespace leakcheck::explain
