#include "harness/explain/find_leaks.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/heap/heap_builder.hpp"

TEST_SUITE_BEGIN("find_leaks");

using namespace leakcheck;
using heap::HeapBuilder;
using heap::NodeType;
using model::Confidence;
using model::Pattern;

namespace {

/// A program whose module has a variable and a function that uses it. What both snapshots have is
/// made first, so that it has the same ids.
struct Program {
  HeapBuilder heap;
  HeapBuilder::Node script = heap.script("/srv/app.cjs");
  HeapBuilder::Node context = heap.context();

  Program() {
    heap.property(heap.global(), "handler", heap.closure("handler", script, 20, 2, context));
  }
  void declare(const std::string& name, HeapBuilder::Node value) {
    heap.variable(context, name, value);
  }
  HeapBuilder::Node instance(const std::string& class_name, std::uint32_t line) {
    const auto node = heap.object(class_name);
    heap.locate(node, heap.script_id(script), line, 4);
    return node;
  }
};

heap::Snapshot snapshot_of(const HeapBuilder& heap) {
  heap::HeapGraph graph = heap.graph();
  heap::Dominators dominators = heap::find_dominators(graph);
  return {std::move(graph), std::move(dominators)};
}

/// The findings between a heap as `make(program, 0)` makes it, and one with `items` more.
template <typename Make>
std::vector<model::Finding> find_between(Make make, int items) {
  Program first;
  Program last;
  make(first, 0);
  make(last, items);
  const heap::Snapshot before = snapshot_of(first.heap);
  const heap::Snapshot after = snapshot_of(last.heap);
  const std::vector<const heap::Snapshot*> both{&before, &after};
  explain::FindOptions options;
  options.read_sources = false;
  return explain::find_leaks(both, heap::compare(both), options);
}

void fill_map(Program& program, int items) {
  const auto cache = program.heap.map();
  program.declare("sessionCache", cache);
  for (int i = 0; i < items; ++i) {
    const auto key = program.heap.string("k" + std::to_string(i));
    program.heap.add_entry(cache, key, program.instance("User", 4));
  }
}

}  // namespace

TEST_CASE("a Map of a module's variable that gained 200 entries is a collection, surely") {
  const auto findings = find_between(fill_map, 200);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].pattern == Pattern::collection);
  CHECK(findings[0].confidence == Confidence::high);
  CHECK(findings[0].identity == "sessionCache");
  CHECK(findings[0].owner_class == "Map");
  CHECK(findings[0].item_class == "User");
  CHECK(findings[0].item_growth == 200);
  CHECK(findings[0].sentence == "sessionCache (Map) gained 200 entries: User");
  REQUIRE(findings[0].site);
  CHECK(findings[0].site->file == "/srv/app.cjs");
  CHECK(findings[0].advice.size() == 2);
}

TEST_CASE("30 entries are less sure, and 5 are nothing") {
  const auto some = find_between(fill_map, 30);
  REQUIRE(some.size() == 1);
  CHECK(some[0].confidence == Confidence::medium);
  CHECK(find_between(fill_map, 5).empty());
}

TEST_CASE("listeners of one event are an emitter, named for its class and the event") {
  const auto findings = find_between(
      [](Program& program, int items) {
        auto& heap = program.heap;
        const auto listeners = heap.array();
        const auto events = heap.object("Object", {{"reload", listeners}});
        program.declare("configBus", heap.object("EventEmitter", {{"_events", events}}));
        for (int i = 0; i < items; ++i)
          heap.append(listeners, heap.closure("onReload", program.script, 6, 43, heap.context()));
      },
      150);
  REQUIRE(!findings.empty());
  CHECK(findings[0].pattern == Pattern::emitter);
  CHECK(findings[0].identity == "EventEmitter.reload");
  CHECK(findings[0].item_class == "onReload()");
  CHECK(findings[0].sentence ==
        "configBus (EventEmitter) gained 150 listeners of 'reload': onReload()");
}

TEST_CASE("functions that keep requests are told as that, and the collection is a note") {
  const auto findings = find_between(
      [](Program& program, int items) {
        auto& heap = program.heap;
        const auto pending = heap.array();
        program.declare("pending", pending);
        for (int i = 0; i < items; ++i) {
          const auto request = heap.object("IncomingMessage");
          const auto scope = heap.context({{"request", request}});
          heap.append(pending, heap.closure("onFlush", program.script, 4, 32, scope));
        }
      },
      150);
  REQUIRE(!findings.empty());
  CHECK(findings[0].pattern == Pattern::closure_over_request);
  CHECK(findings[0].identity == "pending");
  REQUIRE(findings[0].notes.size() == 1);
  CHECK(findings[0].notes[0].starts_with("pending (Array) gained 150 entries"));
  REQUIRE(!findings[0].path.empty());
  CHECK(findings[0].path.back().class_name == "IncomingMessage");
}

TEST_CASE("one snapshot alone is never sure") {
  Program program;
  fill_map(program, 2000);
  explain::FindOptions options;
  options.read_sources = false;
  const auto findings = explain::find_suspects(snapshot_of(program.heap), options);
  REQUIRE(!findings.empty());
  CHECK(findings[0].identity == "sessionCache");
  CHECK(findings[0].confidence != Confidence::high);
  CHECK(findings[0].sentence == "sessionCache (Map) holds 2,000 entries: User");
}

TEST_SUITE_END();
