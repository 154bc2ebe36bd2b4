#include "harness/explain/locate.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "harness/base/file.hpp"
#include "tests/unit/heap/heap_builder.hpp"

TEST_SUITE_BEGIN("locate");

using namespace leakcheck;
using heap::HeapBuilder;

namespace {

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

struct Told {
  explain::Located located;
  std::string declared;  ///< "app.cjs:3", or "none"
  std::vector<model::PathStep> path;
};

/// What is said of a node of a heap, with the sources read.
Told tell(const HeapBuilder& heap, HeapBuilder::Node node) {
  const heap::Snapshot snapshot = heap.snapshot();
  explain::Scene scene(nullptr, snapshot, nullptr, {});
  Told told;
  told.located = explain::locate(scene, heap::NodeIndex{node});
  const auto place = explain::find_declaration(scene, told.located);
  told.declared = place ? std::filesystem::path(place->file).filename().string() + ':' +
                              std::to_string(place->line)
                        : "none";
  told.path = explain::draw_path(scene, told.located.hops);
  return told;
}

}  // namespace

TEST_CASE("what a bundler named is called as it was written") {
  const Folder folder;
  folder.add("out.map",
             R"({"version":3,"sources":["app.ts"],"names":["Ledger","#bookings","lookups"],)"
             R"("mappings":"IAEMA,QACJC,YAGIC"})");
  const std::string path =
      folder.add("out.cjs", "let a=class{#e=new Set},b=[];\n//# sourceMappingURL=out.map\n");
  HeapBuilder heap;
  const auto script = heap.script(path);
  const auto lookups = heap.array();
  const auto bookings = heap.map("Set");
  const auto ledger = heap.object("a", {{"#e", bookings}});
  heap.locate(ledger, heap.script_id(script), 0, 6);
  const auto context = heap.context({{"b", lookups}, {"c", ledger}});
  heap.property(heap.global(), "handler", heap.closure("handler", script, 0, 0, context));

  const Told variable = tell(heap, lookups);
  CHECK(variable.located.identity == "lookups");
  CHECK(variable.declared == "app.ts:7");
  REQUIRE(!variable.path.empty());
  CHECK(variable.path.back().label == "lookups");

  const Told field = tell(heap, bookings);
  CHECK(field.located.identity == "Ledger.#bookings");
  CHECK(field.declared == "app.ts:4");
  REQUIRE(field.path.size() >= 2);
  CHECK(field.path.back().label == ".#bookings");
  CHECK(field.path[field.path.size() - 2].class_name == "Ledger");
  // The map has no name for it: V8's stays.
  CHECK(field.path[field.path.size() - 2].label == "c");
}

TEST_CASE("an object's key is an assignment where the object is given to something") {
  const Folder folder;
  const auto declared = [&](std::string_view source) {
    HeapBuilder heap;
    const auto script = heap.script(folder.add("app.cjs", source));
    const auto frames = heap.array();
    const auto context = heap.context({{"app", heap.object("Object", {{"frames", frames}})}});
    heap.property(heap.global(), "handler", heap.closure("handler", script, 0, 0, context));
    const Told told = tell(heap, frames);
    CHECK(told.located.identity == "app.frames");
    return told.declared;
  };
  const std::string answer = "f(() => { return { frames: app.frames.length }; });\n";
  CHECK(declared(answer + "app.decorate('frames', []);\n") == "app.cjs:2");
  CHECK(declared(answer + "g({ frames: 1 });\napp.frames ||= [];\n") == "app.cjs:3");
  CHECK(declared(answer + "const app = { frames: [] };\n") == "app.cjs:2");
  CHECK(declared(answer + "module.exports = { a: f(1, 2), frames: [] };\n") == "app.cjs:2");
  CHECK(declared(answer + "x.app = {\n  app: { frames: [] } };\n") == "app.cjs:3");
  CHECK(declared(answer + "Object.assign(app, { frames: [] });\n") == "app.cjs:2");
  CHECK(declared(answer + "const make = () => { return { frames: [] }; };\n") == "app.cjs:2");
  CHECK(declared(answer + "const { frames: kept } = app;\n") == "none");
  CHECK(declared(answer + "// app.frames = []\n") == "none");
}

TEST_CASE(
    "what a library keeps inside its objects is declared where the library, or you, has them") {
  const Folder folder;
  HeapBuilder heap;
  const std::string own = folder.add("app.cjs",
                                     "let x = { validate: [] }; x.validate = 1;\n"
                                     "const ajv = new Ajv();\n"
                                     "ajv.extra.visits = [];\n"
                                     "const summarize = memoize(f);\n");
  const std::string library = folder.add("node_modules/ajv/scope.js",
                                         "class Scope {\n"
                                         "  constructor() { this.extra = {};\n"
                                         "    this._values = {}; }\n"
                                         "}\n");
  const auto script = heap.script(own);
  const auto theirs = heap.script(library);
  heap.property(heap.global(), "made", heap.closure("Scope", theirs, 1, 13));
  const auto instance = [&](const std::string& name, const HeapBuilder::Fields& fields) {
    const auto node = heap.object(name, fields);
    heap.locate(node, heap.script_id(theirs), 1, 13);
    return node;
  };
  const auto validate = heap.array();
  const auto visits = heap.array();
  const auto data = heap.array();
  const auto values = heap.object("Object", {{"validate", validate}});
  const auto extra = heap.object("Object", {{"visits", visits}});
  const auto scope = instance("Scope", {{"_values", values}, {"extra", extra}});
  const auto context =
      heap.context({{"ajv", scope}, {"summarize", instance("Hash", {{"d", data}})}});
  heap.property(heap.global(), "handler", heap.closure("handler", script, 0, 0, context));

  const Told inside = tell(heap, validate);
  CHECK(inside.located.identity == "Scope._values.validate");
  CHECK(inside.declared == "scope.js:3");
  CHECK(tell(heap, visits).declared == "app.cjs:3");
  CHECK(tell(heap, data).located.identity == "Hash.d");
  CHECK(tell(heap, data).declared == "app.cjs:4");
}
