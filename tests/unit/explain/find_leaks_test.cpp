#include "harness/explain/find_leaks.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "harness/base/file.hpp"
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
  HeapBuilder::Node script;
  HeapBuilder::Node context;

  explicit Program(const std::string& path = "/srv/app.cjs")
      : script(heap.script(path)), context(heap.context()) {
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

/// The findings of heaps as `make(program, items)` makes them, one snapshot for each of `counts`.
template <typename Make>
std::vector<model::Finding> find_over(Make make, const std::vector<int>& counts,
                                      heap::Matching matching = heap::Matching::by_id) {
  std::vector<heap::Snapshot> snapshots;
  for (const int& items : counts) {
    Program program;
    make(program, items);
    if (matching == heap::Matching::by_class && &items == &counts.back()) {
      // Another process: no object has the id of one in the first.
      const auto count = program.heap.object("Object");
      for (HeapBuilder::Node node = 0; node <= count; ++node)
        program.heap.set_id(node, program.heap.id(node) + 10'000'000);
    }
    snapshots.push_back(program.heap.snapshot());
  }
  std::vector<const heap::Snapshot*> all;
  for (const heap::Snapshot& snapshot : snapshots) all.push_back(&snapshot);
  const heap::Comparison comparison = heap::compare(all);
  CHECK(comparison.matching == matching);
  explain::FindOptions options;
  options.read_sources = false;
  return explain::find_leaks(all, comparison, options);
}

/// Between a heap without items, and one with so many.
template <typename Make>
std::vector<model::Finding> find_between(Make make, int items) {
  return find_over(make, {0, items});
}

void fill_map(Program& program, int items) {
  const auto cache = program.heap.map();
  program.declare("sessionCache", cache);
  for (int i = 0; i < items; ++i) {
    const auto key = program.heap.string("k" + std::to_string(i));
    program.heap.add_entry(cache, key, program.instance("User", 4));
  }
}

/// A list of which each node has the next; the newest is the head, as programs do it.
void fill_list(Program& program, int items) {
  const auto holder = program.heap.object("Object");
  program.declare("journal", holder);
  HeapBuilder::Node next = program.heap.string("the end");
  for (int i = 0; i < items; ++i) {
    const auto entry = program.instance("Entry", 9);
    program.heap.property(entry, "next", next);
    next = entry;
  }
  program.heap.property(holder, "head", next);
}

}  // namespace

TEST_CASE("a Map of a module's variable that gained 300 entries is a collection, surely") {
  const auto findings = find_between(fill_map, 300);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].pattern == Pattern::collection);
  CHECK(findings[0].confidence == Confidence::high);
  CHECK(findings[0].identity == "sessionCache");
  CHECK(findings[0].owner_class == "Map");
  CHECK(findings[0].item_class == "User");
  CHECK(findings[0].item_growth == 300);
  CHECK(findings[0].sentence == "sessionCache (Map) gained 300 entries: User");
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

TEST_CASE("listeners that a library keeps in records of its own are an emitter, too") {
  const auto findings = find_between(
      [](Program& program, int items) {
        auto& heap = program.heap;
        const auto listeners = heap.array();
        const auto events = heap.object("Events", {{"post", listeners}});
        program.declare("hub", heap.object("EventEmitter", {{"_events", events}}));
        for (int i = 0; i < items; ++i) {
          const auto run = heap.closure("onPost", program.script, 6, 43, heap.context());
          heap.append(listeners, heap.object("EE", {{"fn", run}}));
        }
      },
      150);
  REQUIRE(!findings.empty());
  CHECK(findings[0].pattern == Pattern::emitter);
  CHECK(findings[0].identity == "EventEmitter.post");
  CHECK(findings[0].item_class == "onPost()");
}

TEST_CASE("a listener of process's is nobody's variable, also where leakcheck's agent has it") {
  const auto findings = find_over(
      [](Program& program, int items) {
        auto& heap = program.heap;
        const auto listeners = heap.array();
        const auto events = heap.object("Object", {{"SIGHUP", listeners}});
        const auto process = heap.object("process", {{"_events", events}});
        heap.property(heap.global(), "process", process);
        const auto agent = heap.script("/srv/.leakcheck/runs/a/leakcheck-agent.cjs");
        const auto scope = heap.context({{"kill", process}});
        heap.property(heap.global(), "send", heap.closure("send", agent, 3, 2, scope));
        for (int i = 0; i < items; ++i)
          heap.append(listeners, heap.closure("onHup", program.script, 12, 4, heap.context()));
      },
      {0, 300});
  REQUIRE(!findings.empty());
  CHECK(findings[0].identity == "process.SIGHUP");
  CHECK_FALSE(findings[0].declared);
  REQUIRE(findings[0].site);
  CHECK(findings[0].site->file == "/srv/app.cjs");
  for (const auto& step : findings[0].path) CHECK(step.label != "kill");
}

TEST_CASE(
    "timers in a ring that two ways lead into are found, though none but the root holds them") {
  const auto ring = [](Program& program, int items) {
    auto& heap = program.heap;
    const auto list = heap.object("TimersList");
    const auto others = heap.object("Timeout");  // the server's own, in the same ring
    program.declare("server", heap.object("Server", {{"interval", others}}));
    heap.shortcut(heap.root(), "timers", list);
    HeapBuilder::Node last = others;
    heap.property(list, "_idleNext", others);
    for (int i = 0; i < items; ++i) {
      const auto beat = heap.closure("beat", program.script, 14, 4, heap.context());
      const auto timer = heap.object("Timeout", {{"_onTimeout", beat}});
      heap.property(last, "_idleNext", timer);
      heap.property(timer, "_idlePrev", last);
      last = timer;
    }
    // Both ways round, so that all can be reached through Node's list and through the server's.
    heap.property(last, "_idleNext", list);
    heap.property(list, "_idlePrev", last);
  };
  const auto findings = find_between(ring, 300);
  REQUIRE(!findings.empty());
  CHECK(findings[0].pattern == Pattern::timer);
  CHECK(findings[0].identity == "Timeout.beat");
  CHECK(findings[0].item_growth == 300);
  CHECK(find_over(ring, {300, 300}).empty());
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

TEST_CASE("what gained 200 in the one step there is may be a cache that is filling") {
  const auto findings = find_between(fill_map, 200);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].confidence == Confidence::medium);
}

TEST_CASE("over three snapshots growth counts at every step, and none at the last is not one") {
  const auto confidence = [](const std::vector<int>& counts) {
    const auto findings = find_over(fill_map, counts);
    REQUIRE(findings.size() == 1);
    return findings[0].confidence;
  };
  CHECK(confidence({0, 100, 200}) == Confidence::high);
  CHECK(confidence({0, 0, 1000}) == Confidence::medium);
  CHECK(confidence({0, 1000, 1000}) == Confidence::low);
}

TEST_CASE("a linked list is measured at every step as well") {
  const auto confidence = [](const std::vector<int>& counts) {
    const auto findings = find_over(fill_list, counts);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].item_class == "Entry");
    return findings[0].confidence;
  };
  CHECK(confidence({0, 500, 1000}) == Confidence::high);
  CHECK(confidence({0, 0, 1000}) == Confidence::medium);
  CHECK(confidence({0, 1000, 1000}) == Confidence::low);
}

TEST_CASE("without ids nothing was gained, and a class that did not grow is no leak") {
  const auto grew = find_over(fill_map, {0, 800}, heap::Matching::by_class);
  REQUIRE(grew.size() == 1);
  CHECK(grew[0].sentence == "sessionCache (Map) holds 800 entries: User");
  CHECK(grew[0].confidence == Confidence::medium);
  const auto same = find_over(fill_map, {800, 800}, heap::Matching::by_class);
  REQUIRE(same.size() == 1);
  CHECK(same[0].confidence == Confidence::low);
}

TEST_CASE("a function that names its variable after a regular expression uses it") {
  std::string folder = (std::filesystem::temp_directory_path() / "leakcheck-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/app.cjs";
  const auto pattern_of = [&](const std::string& source) {
    REQUIRE(write_file(path, source));
    std::vector<heap::Snapshot> snapshots;
    for (const int items : {0, 300}) {
      Program program(path);
      const auto callbacks = program.heap.array();
      program.declare("callbacks", callbacks);
      for (int i = 0; i < items; ++i) {
        const auto payload = program.heap.object("Payload", {}, 4096);
        const auto scope = program.heap.context({{"payload", payload}});
        const auto item = program.heap.closure("onDone", program.script, 1, 0, scope);
        program.heap.append(callbacks, item);
      }
      snapshots.push_back(program.heap.snapshot());
    }
    const std::vector<const heap::Snapshot*> both{&snapshots[0], &snapshots[1]};
    const auto findings = explain::find_leaks(both, heap::compare(both));
    REQUIRE(findings.size() == 1);
    return findings[0].pattern;
  };
  const std::string head = "'use strict';\n";
  CHECK(pattern_of(head + "(x) => { return x; }") == Pattern::context);
  CHECK(pattern_of(head + "(x) => { return /[)}]/.test(x) && payload; }") == Pattern::collection);
  CHECK(pattern_of(head + "(x) => { return `${`}`}` + payload; }") == Pattern::collection);
  CHECK(pattern_of(head + "(x) => { return x; } }") == Pattern::collection);  // can't be sure
  std::filesystem::remove_all(folder);
}

TEST_CASE("a long text is quoted in whole characters") {
  const auto findings = find_between(
      [](Program& program, int items) {
        const auto list = program.heap.array();
        program.declare("greetings", list);
        std::string text = "a";
        for (int i = 0; i < 60; ++i) text += "\xC3\xA4";
        for (int i = 0; i < items; ++i) {
          const auto item = program.heap.string(text);
          program.heap.set_self_size(item, 80);
          program.heap.append(list, item);
        }
      },
      300);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].pattern == Pattern::duplicate_strings);
  std::string quoted = "\"a";
  for (int i = 0; i < 39; ++i) quoted += "\xC3\xA4";
  bool is_quoted = false;
  for (const std::string& line : findings[0].evidence)
    is_quoted = is_quoted || line.find(quoted + "…\"") != std::string::npos;
  CHECK(is_quoted);
}

TEST_CASE("one snapshot alone is never sure") {
  Program program;
  fill_map(program, 2000);
  explain::FindOptions options;
  options.read_sources = false;
  const auto findings = explain::find_suspects(program.heap.snapshot(), options);
  REQUIRE(!findings.empty());
  CHECK(findings[0].identity == "sessionCache");
  CHECK(findings[0].confidence != Confidence::high);
  CHECK(findings[0].sentence == "sessionCache (Map) holds 2,000 entries: User");
}

TEST_SUITE_END();
