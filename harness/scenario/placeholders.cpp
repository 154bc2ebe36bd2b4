#include "harness/scenario/placeholders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace leakcheck::scenario {
namespace {

constexpr std::string_view kEnvironment = "$env.";
constexpr std::int64_t kLargestNumber = 9'007'199'254'740'991;  // exact in JavaScript
constexpr std::int64_t kMostAddresses = 10'000'000;

const std::vector<std::string>& built_ins() {
  static const std::vector<std::string> names = {
      "$port", "$env.NAME", "$sequence",  "$randomNumber", "$randomString", "$uuid",
      "$user", "$run",      "$iteration", "$loopCount",    "$clientAddress"};
  return names;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_environment_name(std::string_view name) {
  return !name.empty() && name.find('.') == std::string_view::npos;
}

struct Fault {
  std::string message;
  std::string hint;
};

/// What is wrong with the arguments, if anything.
std::optional<Fault> find_fault(const Placeholder& placeholder) {
  const auto& arguments = placeholder.arguments;
  const auto in_range = [&](std::size_t i, std::int64_t min, std::int64_t max) {
    const auto value = parse_integer(arguments[i]);
    return value && *value >= min && *value <= max;
  };
  if (placeholder.name == "$randomNumber") {
    if (arguments.size() != 2 || !in_range(0, -kLargestNumber, kLargestNumber) ||
        !in_range(1, -kLargestNumber, kLargestNumber) ||
        *parse_integer(arguments[0]) > *parse_integer(arguments[1]))
      return Fault{"$randomNumber takes two whole numbers, the smaller one first",
                   "write {{ $randomNumber(1, 100) }}"};
  } else if (placeholder.name == "$randomString") {
    if (arguments.size() != 1 || !in_range(0, 1, 4096))
      return Fault{"$randomString takes a length from 1 to 4096", "write {{ $randomString(16) }}"};
  } else if (placeholder.name == "$clientAddress") {
    if (arguments.size() > 1 || (arguments.size() == 1 && !in_range(0, 1, kMostAddresses)))
      return Fault{"$clientAddress takes a number of clients from 1 to 10000000, or nothing",
                   "write {{ $clientAddress(1000) }}"};
  } else if (!arguments.empty()) {
    return Fault{placeholder.name + " takes nothing in brackets",
                 fmt::format("write {{{{ {} }}}}", placeholder.name)};
  }
  return std::nullopt;
}

/// One text's variables: replaces those of the environment, checks the others.
class Resolver {
 public:
  Resolver(Context& context, const Node& node, Scope scope, const std::string& label)
      : context_(context), node_(node), scope_(scope), label_(label) {}

  std::optional<Template> resolve(const Template& parsed) {
    for (const auto& piece : parsed.pieces) {
      if (const auto* literal = std::get_if<std::string>(&piece))
        take_literal(*literal);
      else
        take(std::get<Placeholder>(piece));
    }
    if (!good_) return std::nullopt;
    return built_.take();
  }

 private:
  void take_literal(const std::string& literal) {
    // The system ends arguments, paths and variables at a NUL; a body can have one.
    const bool for_the_system = scope_ == Scope::none || scope_ == Scope::target;
    if (for_the_system && literal.find('\0') != std::string::npos)
      return refuse(label_ + " has a NUL character", "remove the \\0");
    built_.add(literal);
  }

  void take(const Placeholder& placeholder) {
    const std::string& name = placeholder.name;
    if (name.starts_with(kEnvironment))
      take_environment(placeholder);
    else if (name.starts_with('$'))
      take_built_in(placeholder);
    else
      take_field(placeholder);
  }

  void take_environment(const Placeholder& placeholder) {
    const std::string name = placeholder.name.substr(kEnvironment.size());
    if (!is_environment_name(name) || !placeholder.arguments.empty())
      return refuse(fmt::format("{} is not an environment variable", in_quotes(placeholder.name)),
                    "write {{ $env.NAME }}");
    const auto value = context_.options.env ? context_.options.env(name) : std::nullopt;
    if (value)
      built_.add(*value);
    else if (context_.chosen)
      refuse(fmt::format("the environment variable {} is not set", name),
             fmt::format("set it before the run: {}=… leakcheck run …", name));
    else
      good_ = false;
  }

  void take_built_in(const Placeholder& placeholder) {
    if (!contains(built_ins(), placeholder.name))
      return refuse(fmt::format("unknown variable {}", in_quotes(placeholder.name)),
                    suggest(placeholder.name, built_ins(), "variables"));
    if (!is_in_scope(placeholder.name)) return refuse_scope(placeholder.name);
    if (placeholder.name == "$loopCount" && context_.captures.loops == 0)
      return refuse("{{ $loopCount }} is only known inside a loop",
                    "put the step into loop: { count: 3, steps: [ … ] }");
    if (const auto fault = find_fault(placeholder)) return refuse(fault->message, fault->hint);
    built_.add(placeholder);
  }

  bool is_in_scope(const std::string& name) const {
    if (name == "$port") return scope_ == Scope::target || scope_ == Scope::request_url;
    return scope_ == Scope::request || scope_ == Scope::request_url;
  }

  void refuse_scope(const std::string& name) {
    std::string hint = "only {{ $env.NAME }} can be used here";
    if (scope_ == Scope::target) hint = "only {{ $port }} and {{ $env.NAME }} can be used here";
    if (scope_ == Scope::request) hint = "{{ $port }} is for target and for the url of a request";
    refuse(fmt::format("{{{{ {} }}}} cannot be used in {}", name, label_), hint);
  }

  void take_field(const Placeholder& placeholder) {
    if (scope_ != Scope::request && scope_ != Scope::request_url)
      return refuse_scope(placeholder.name);
    const std::string& name = placeholder.name;
    const auto& fields = context_.payload_fields;
    if (!contains(context_.captures.usable, name) && !(fields && contains(*fields, name))) {
      if (const CapturedName* capture = find_capture(name)) return refuse_capture(*capture);
      if (fields)
        return refuse(fmt::format("unknown variable {}", in_quotes(name)), hint_for(name));
    }
    if (const auto fault = find_fault(placeholder)) return refuse(fault->message, fault->hint);
    built_.add(placeholder);
  }

  /// One that cannot be used here; of this flow, if it has one.
  const CapturedName* find_capture(const std::string& name) const {
    const CapturedName* found = nullptr;
    for (const CapturedName& each : context_.captures.all)
      if (each.name == name && (found == nullptr || each.where == context_.captures.where))
        found = &each;
    return found;
  }

  void refuse_capture(const CapturedName& capture) {
    if (capture.where == context_.captures.where)
      return refuse(fmt::format("{{{{ {} }}}} is not captured yet: line {} does it", capture.name,
                                capture.line),
                    "capture it in a step that always comes before this one");
    refuse(fmt::format("{{{{ {} }}}} is captured only in {}, line {}", capture.name, capture.where,
                       capture.line),
           context_.captures.where == "load.headers"
               ? "capture it in load.setup: what a flow captures is its own"
               : "capture it in an earlier step here, or in load.setup for all flows");
  }

  std::string hint_for(const std::string& name) const {
    std::vector<std::string> known = *context_.payload_fields;
    known.insert(known.end(), context_.captures.usable.begin(), context_.captures.usable.end());
    const bool none_of_its_own = known.empty();
    known.insert(known.end(), built_ins().begin(), built_ins().end());
    std::string hint = suggest(name, known, "variables");
    if (none_of_its_own)
      hint += "; names of your own come from a payload file or a capture, and there is none";
    return hint;
  }

  void refuse(const std::string& message, const std::string& hint) {
    context_.problems.add(node_.place, message, hint);
    good_ = false;
  }

  Context& context_;
  const Node& node_;
  Scope scope_;
  const std::string& label_;
  TemplateBuilder built_;
  bool good_ = true;
};

}  // namespace

void TemplateBuilder::add(std::string_view literal) {
  if (literal.empty()) return;
  if (!built_.pieces.empty())
    if (auto* last = std::get_if<std::string>(&built_.pieces.back())) {
      last->append(literal);
      return;
    }
  built_.pieces.emplace_back(std::string(literal));
}

void TemplateBuilder::add(Placeholder placeholder) {
  built_.pieces.emplace_back(std::move(placeholder));
}

Template TemplateBuilder::take() {
  return std::exchange(built_, {});
}

std::optional<Template> read_placeholders(Context& context, const Node& node, Scope scope,
                                          const std::string& label) {
  const auto parsed = parse_template(node.text);
  if (!parsed) {
    context.problems.add(node.place, parsed.error().message, parsed.error().hint);
    return std::nullopt;
  }
  return Resolver(context, node, scope, label).resolve(*parsed);
}

std::string literal_text(const Template& text) {
  return render_template(text, [](const Placeholder&) { return std::string(); });
}

bool uses_environment(const Node& node) {
  const auto parsed = parse_template(node.text);
  if (!parsed) return false;
  return std::any_of(parsed->pieces.begin(), parsed->pieces.end(), [](const auto& piece) {
    const auto* placeholder = std::get_if<Placeholder>(&piece);
    return placeholder != nullptr && placeholder->name.starts_with(kEnvironment);
  });
}

}  // namespace leakcheck::scenario
