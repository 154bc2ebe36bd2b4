#include "harness/scenario/captures.hpp"

#include <fmt/format.h>

#include "harness/scenario/problems.hpp"

namespace leakcheck::scenario {
namespace {

const Node* child(const Node& map, std::string_view key) {
  const Entry* entry = map.is_map() ? find_entry(map, key) : nullptr;
  return entry == nullptr ? nullptr : entry->value.get();
}

class Finder {
 public:
  void take_steps(const Node* steps, const std::string& where) {
    if (steps == nullptr || !steps->is_list()) return;
    for (const NodePtr& step : steps->items)
      if (step->is_map())
        for (const Entry& entry : step->entries) take_step(entry, where);
  }

  std::vector<CapturedName> take() { return std::move(found_); }

 private:
  void take_step(const Entry& step, const std::string& where) {
    const Node& value = *step.value;
    if (step.key == "loop") {
      take_steps(child(value, "steps"), where);
    } else if (step.key == "if") {
      take_steps(child(value, "then"), where);
      take_steps(child(value, "else"), where);
    } else if (const Node* capture = child(value, "capture")) {
      if (capture->is_list())
        for (const NodePtr& item : capture->items) take_capture(*item, where);
      else
        take_capture(*capture, where);
    }
  }

  void take_capture(const Node& capture, const std::string& where) {
    const Node* as = child(capture, "as");
    if (as != nullptr && as->is_scalar()) found_.push_back({as->text, where, as->place.line});
  }

  std::vector<CapturedName> found_;
};

}  // namespace

std::vector<CapturedName> find_captures(const Node& load) {
  Finder finder;
  if (const Node* setup = child(load, "setup"))
    finder.take_steps(setup->is_map() ? child(*setup, "steps") : setup, "load.setup");
  if (const Node* flows = child(load, "flows"); flows != nullptr && flows->is_list())
    for (std::size_t i = 0; i < flows->items.size(); ++i) {
      const Node& flow = *flows->items[i];
      const Node* name = child(flow, "name");
      const std::string text =
          name != nullptr && name->is_scalar() ? name->text : default_flow_name(i + 1);
      finder.take_steps(child(flow, "steps"), name_of_flow(text));
    }
  finder.take_steps(child(load, "teardown"), "load.teardown");
  return finder.take();
}

std::string default_flow_name(std::size_t number) {
  return fmt::format("flow {}", number);
}

std::string name_of_flow(std::string_view name) {
  return "the flow " + in_quotes(name);
}

}  // namespace leakcheck::scenario
