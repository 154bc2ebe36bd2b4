#include "harness/explain/sources.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/file.hpp"

TEST_SUITE_BEGIN("Sources");

using namespace leakcheck;
using explain::Declarations;
using explain::Sources;

namespace {

/// "12:7", both from 1, of a place in a source; "none".
std::string written(const std::optional<explain::LineColumn>& place) {
  if (!place) return "none";
  return std::to_string(place->line + 1) + ':' + std::to_string(place->column + 1);
}

std::string variable(const std::string& source, std::string_view name,
                     std::optional<explain::LineColumn> inside = std::nullopt) {
  return written(Declarations(source).find_variable(name, inside));
}

std::string field(const std::string& source, std::string_view owner, std::string_view name) {
  return written(Declarations(source).find_field(owner, name));
}

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "leakcheck-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string add(const std::string& name, std::string_view text) const {
    REQUIRE(write_file(path / name, text));
    return (path / name).string();
  }
};

}  // namespace

TEST_CASE("every way to declare a variable is found") {
  CHECK(variable("const a = 1;", "a") == "1:7");
  CHECK(variable("let a = 1,\n  b = f(2, 3),\n  c;", "c") == "3:3");
  CHECK(variable("var {a, b: [c, ...d], e = 1} = f();", "d") == "1:19");
  CHECK(variable("var {a, b: [c, ...d], e = 1} = f();", "e") == "1:23");
  CHECK(variable("var {a, b: [c, ...d], e = 1} = f();", "b") == "none");
  CHECK(variable("async function* f(x) {}", "f") == "1:17");
  CHECK(variable("function f({ x }, y = 2) {}", "y") == "1:19");
  CHECK(variable("const f = async (x) => x + 1;", "x") == "1:18");
  CHECK(variable("list.map(x => x.y)", "x") == "1:10");
  CHECK(variable("class A extends B {}", "A") == "1:7");
  CHECK(variable("import d, { a as b, c } from 'x';\nimport * as e from 'y'", "b") == "1:18");
  CHECK(variable("import d, { a as b, c } from 'x';\nimport * as e from 'y'", "e") == "2:13");
  CHECK(variable("try {} catch (error) {}", "error") == "1:15");
  CHECK(variable("for (const x of xs) { f(x) }", "x") == "1:12");
}

TEST_CASE("what strings, templates, comments and regular expressions say declares nothing") {
  CHECK(variable("'const a = 1'; // const a\n/* let a */ const a = 2;", "a") == "2:19");
  CHECK(variable("`const a = ${ (() => { const b = `let a`; })() } let a`;\nlet a;", "a") == "2:5");
  CHECK(variable("x = /[/\"]const a/; let a;", "a") == "1:24");
  CHECK(variable("x = y / 2; const a = 3 / z;", "a") == "1:18");
  CHECK(variable("if (x) /'/.test(y); const a = '';", "a") == "1:27");
  CHECK(variable("#!/usr/bin/node it's\nconst a = 1;", "a") == "2:7");
}

TEST_CASE("columns are counted in UTF-16 units") {
  CHECK(variable("/* \xC3\xA4\xF0\x9F\x98\x80 */ const a = 1;", "a") == "1:17");
}

TEST_CASE("of several declarations the one that a function sees is found") {
  const std::string source =
      "const req = 0;\n"
      "function outer(req) {\n"
      "  const inner = () => req;\n"
      "}\n"
      "function other() { const req = 2; return () => req; }\n";
  CHECK(variable(source, "req") == "1:7");
  CHECK(variable(source, "req", explain::LineColumn{2, 16}) == "2:16");
  CHECK(variable(source, "req", explain::LineColumn{4, 41}) == "5:26");
}

TEST_CASE("fields are found where they are declared, then where they are assigned") {
  const std::string source =
      "class Store {\n"
      "  static all = [];\n"
      "  #items = new Map()\n"
      "  'quoted' = 1\n"
      "  constructor() { this.late = []; this.#items = 2; }\n"
      "  get(key) { this.count = 1; }\n"
      "}\n"
      "Store.extra = {};\n"
      "Store.prototype.shared = [];\n"
      "function Old() { this.list = []; }\n"
      "exports.sessions = new Map();\n"
      "module.exports = { byUser: {}, counter };\n"
      "const cache = { users: { deep: [] } };\n";
  CHECK(field(source, "Store", "all") == "2:10");
  CHECK(field(source, "Store", "#items") == "3:3");
  CHECK(field(source, "Store", "quoted") == "4:3");
  CHECK(field(source, "Store", "late") == "5:24");
  CHECK(field(source, "Store", "count") == "6:19");
  CHECK(field(source, "Store", "extra") == "8:7");
  CHECK(field(source, "Store", "shared") == "9:17");
  CHECK(field(source, "Old", "list") == "10:23");
  CHECK(field(source, "exports", "sessions") == "11:9");
  CHECK(field(source, "exports", "byUser") == "12:20");
  CHECK(field(source, "cache", "users") == "13:17");
  CHECK(field(source, "users", "deep") == "13:26");
  CHECK(field(source, "Store", "get") == "none");
}

TEST_CASE("the classes of before there were classes have fields, too") {
  const std::string source =
      "function Hash(entries) { this.clear(); }\n"
      "function hashClear() { this.__data__ = {}; }\n"
      "function hashDelete(key) { this.gone = key; }\n"
      "Hash.prototype.clear = hashClear;\n"
      "Hash.prototype['delete'] = hashDelete;\n"
      "Hash.prototype.has = function (key) { this.asked = key; };\n"
      "Hash.prototype.size = function size() { var self = this; f(() => self.sized = 1); };\n"
      "function other() { self.none = 1; }\n"
      "var Subject = (function (_super) {\n"
      "  __extends(Subject, _super);\n"
      "  function Subject() {\n"
      "    var _this = _super.call(this) || this;\n"
      "    _this.observers = [];\n"
      "    return _this;\n"
      "  }\n"
      "  return Subject;\n"
      "}(Observable));\n"
      "function Pool() {\n"
      "  const that = this\n"
      "  that.idle = []\n"
      "}\n"
      "function User() { that.idle = []; const name = this.name; name.first = 1; }\n";
  CHECK(field(source, "Hash", "__data__") == "2:29");
  CHECK(field(source, "hashClear", "__data__") == "2:29");
  CHECK(field(source, "Hash", "gone") == "3:33");
  CHECK(field(source, "Hash", "asked") == "6:44");
  CHECK(field(source, "Hash", "sized") == "7:71");
  CHECK(field(source, "other", "none") == "none");
  CHECK(field(source, "Subject", "observers") == "13:11");
  CHECK(field(source, "Pool", "idle") == "20:8");
  CHECK(field(source, "User", "idle") == "none");
  CHECK(field(source, "User", "first") == "none");
}

TEST_CASE("TypeScript is read as well") {
  const std::string source =
      "interface User { name: string }\n"
      "export class Store<T extends User> implements Base {\n"
      "  private readonly items: Map<string, T> = new Map();\n"
      "  constructor(private cache: Set<T>, size?: number) {}\n"
      "  add(user: T): void { this.items.set(user.name, user); }\n"
      "}\n"
      "const sessions: Map<string, User> = new Map();\n";
  CHECK(field(source, "Store", "items") == "3:20");
  CHECK(field(source, "Store", "cache") == "4:23");
  CHECK(variable(source, "sessions") == "7:7");
  CHECK(variable(source, "user") == "5:7");
}

TEST_CASE("what is no JavaScript costs nothing but the answer") {
  for (const char* text :
       {"", "}}}}", "((((", "`${`${`${", "class", "const {", "for (", "'", "/", "#", "a => ",
        "function (", "import {", "this.", "class A { static", "\\"})
    CHECK(variable(text, "zz") == "none");
}

TEST_CASE("a script is a path, a file: URL or a name relative to the root") {
  const Folder folder;
  const std::string path = folder.add("a b.cjs", "const cache = new Map();\n");
  Sources sources(folder.path, true);
  std::string url = "file://" + path + "?v=1";
  url.replace(url.find(' '), 1, "%20");
  for (const std::string& script : {path, url, std::string("a b.cjs")}) {
    const auto found = sources.find_variable(script, "cache", std::nullopt);
    REQUIRE(found);
    CHECK(found->file == path);
    CHECK(found->line == 1);
    CHECK(found->column == 7);
  }
  CHECK(!sources.find_variable("node:events", "cache", std::nullopt));
  CHECK(!sources.find_variable(path + ".gone", "cache", std::nullopt));
  Sources blind(folder.path, false);
  CHECK(!blind.find_variable(path, "cache", std::nullopt));
  CHECK(blind.place_of({path, 3, 4}).line == 4);
}

TEST_CASE("the text of a function goes from its parameters to its end") {
  const Folder folder;
  const std::string path = folder.add("a b.cjs",
                                      "const \xC3\xA4 = 'x'; const f = (a = ')') => { '}'; };\n"
                                      "list.map(async b => b + /[)]/ + `${`)`}`, c);\n"
                                      "function g() { return 1; }\n");
  Sources sources({}, true);
  const auto text = [&](const std::string& script, std::uint32_t line, std::uint32_t column) {
    return std::string(sources.find_function({script, line, column}).value_or("none"));
  };
  CHECK(text(path, 0, 25) == "(a = ')') => { '}'; }");
  CHECK(text(path, 0, 87) == "(a = ')') => { '}'; }");  // behind Node's wrapper
  CHECK(text(path, 1, 9) == "async b => b + /[)]/ + `${`)`}`,");
  CHECK(text(path, 2, 10) == "() { return 1; }");
  CHECK(text(path, 2, 3) == "none");
  CHECK(text(path, 0, 0) == "none");
  std::string url = "file://" + path + "?v=1";
  url.replace(url.find(' '), 1, "%20");
  CHECK(text(url, 2, 10) == "() { return 1; }");
  const std::string odd = folder.add("odd.cjs", "f(() => { g(); }\n");
  CHECK(text(odd, 0, 2) == "none");
}

TEST_CASE("what is no regular file is nobody's source") {
  const Folder folder;
  const std::string path = (folder.path / "pipe.cjs").string();
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  Sources sources({}, true);
  CHECK(sources.text_of(path) == nullptr);
  CHECK(sources.text_of(folder.path.string()) == nullptr);
}

TEST_CASE("a place that the file does not have is of another text") {
  const Folder folder;
  const std::string path = folder.add("a.ts", "const f = () => 1;\n");
  Sources sources({}, true);
  CHECK(sources.place_of({path, 0, 10}).column == 11);
  CHECK(sources.place_of({path, 0, 72}).column == 11);  // behind Node's wrapper
  CHECK(sources.place_of({path, 0, 300}).line == 0);
  CHECK(sources.place_of({path, 7, 2}).line == 0);
}

TEST_CASE("a minified script leads to the original line and name") {
  const Folder folder;
  folder.add("out.js.map", R"({"version":3,"sources":["src/app.ts"],"names":["sessionCache"],)"
                           R"("mappings":"AAEA,IAAMA"})");
  const std::string path =
      folder.add("out.js", "let a=new Map;\n//# sourceMappingURL=out.js.map\n");
  Sources sources({}, true);
  const auto found = sources.find_variable(path, "a", std::nullopt);
  REQUIRE(found);
  CHECK(found->file == (folder.path / "src/app.ts").string());
  CHECK(found->line == 3);
  CHECK(found->column == 7);
  CHECK(found->is_mapped);
  CHECK(sources.find_original_name(path, "a", std::nullopt) == "sessionCache");
}

TEST_CASE("a private field's name is the map's, else the one in the original text") {
  const Folder folder;
  const std::string code = "let a=class{#e=1;f=2}\n//# sourceMappingURL=";
  const std::string head = R"({"version":3,"sources":["app.ts"],"names":["Ledger","#bookings"],)";
  folder.add("named.map", head + R"("mappings":"IAAMA,QACJC,GAAA"})");
  folder.add("plain.map", head + R"("mappings":"IAAM,QACJ,KAAA",)" +
                              R"("sourcesContent":["class Ledger {\n  #booked = 1; f = 2 }"]})");
  folder.add("file.map", head + R"("mappings":"IAAM,QACJ,KAAA"})");
  Sources sources({}, true);
  for (const auto& [map, name] :
       {std::pair("named.map", "#bookings"), {"plain.map", "#booked"}, {"file.map", "none"}}) {
    const std::string path = folder.add(std::string(map) + ".js", code + map + '\n');
    CHECK(sources.find_original_field(path, "a", "#e").value_or("none") == name);
    // The mapping before it is of something else.
    CHECK_FALSE(sources.find_original_field(path, "a", "f"));
    CHECK(sources.has_map(path));
  }
  CHECK(sources.find_original_name((folder.path / "named.map.js").string(), "a", std::nullopt) ==
        "Ledger");
}

TEST_CASE("a package is the nearest one in node_modules, scoped or in pnpm's store") {
  const Folder folder;
  folder.add("node_modules/lru-cache/package.json", R"({"name":"lru-cache","version":"10.4.3"})");
  folder.add("node_modules/lru-cache/dist/package.json", R"({"type":"commonjs"})");
  Sources sources(folder.path, true);
  const std::string root = folder.path.string();
  CHECK(sources.package_of(root + "/node_modules/lru-cache/dist/index.js") == "lru-cache 10.4.3");
  CHECK(sources.package_of("file://" + root + "/node_modules/lru-cache/a.js") ==
        "lru-cache 10.4.3");
  CHECK(sources.package_of(root + "/node_modules/@scope/name/a.js") == "@scope/name");
  CHECK(sources.package_of("/x/node_modules/.pnpm/@s+n@1.2.3_p@1/node_modules/@s/n/a.js") ==
        "@s/n 1.2.3");
  CHECK(sources.package_of(root + "/app.js").empty());
}
