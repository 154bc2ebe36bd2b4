#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostIgnored = 100;  // chosen by us: more than anybody keeps an eye on
constexpr const char* kHint =
    "write ignore: [{ path: \"Store.cache\", reason: \"bounded, #412\", expires: 2027-12-31 }]";
constexpr const char* kEntryHint =
    "write { path: \"Store.cache\", reason: \"bounded, #412\" }, with expires: 2027-12-31 if it is "
    "to end";
constexpr const char* kPathHint = "write path: \"Store.cache\", as the report shows the leak";
constexpr const char* kReasonHint = "write reason: \"bounded, #412\", which says why it may stay";
constexpr const char* kExpiresHint = "write expires: 2027-12-31, the last day on which it holds";

/// Text that says something.
std::optional<std::string> read_words(Context& context, const Node& node, const std::string& label,
                                      const char* hint) {
  if (!node.is_scalar()) {
    context.problems.add(node.place,
                         fmt::format("{} must be text; this is {}", label, kind_name(node)), hint);
    return std::nullopt;
  }
  auto text = read_text(context, node, label, true);
  if (!text || text->find_first_not_of(" \t\r\n") != std::string::npos) return text;
  context.problems.add(node.place,
                       fmt::format("{} {}", label, text->empty() ? "is empty" : "has only blanks"),
                       hint);
  return std::nullopt;
}

/// YYYY-MM-DD. None for anything else; a day that the calendar does not have is not ok().
std::optional<std::chrono::year_month_day> parse_day(std::string_view text) {
  constexpr std::string_view form = "0000-00-00";
  const auto fits = [](char is, char wanted) {
    return wanted == '0' ? is >= '0' && is <= '9' : is == wanted;
  };
  if (text.size() != form.size() || !std::equal(text.begin(), text.end(), form.begin(), fits))
    return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t count) {
    unsigned value = 0;
    for (const char digit : text.substr(at, count))
      value = value * 10 + static_cast<unsigned>(digit - '0');
    return value;
  };
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(number(0, 4))),
                                     std::chrono::month(number(5, 2)),
                                     std::chrono::day(number(8, 2)));
}

/// One that is over is no problem: the run warns, so that the day alone breaks no reading.
std::string read_expires(Context& context, const Node& node, const std::string& label) {
  const auto text = read_words(context, node, label, kExpiresHint);
  if (!text) return "";
  const auto day = parse_day(*text);
  if (day && day->ok()) return *text;
  context.problems.add(
      node.place,
      day ? fmt::format("{} must be a day of the calendar; there is no {}", label, *text)
          : fmt::format("{} must be a day, YYYY-MM-DD; this is {}", label, in_quotes(*text)),
      kExpiresHint);
  return "";
}

/// `places` has where each path was read first.
std::optional<model::Ignore> read_ignored(Context& context, const Node& node,
                                          std::map<std::string, Place>& places) {
  const std::string where = "an ignored leak";
  if (!node.is_map()) {
    context.problems.add(node.place,
                         fmt::format("{} must be a map; this is {}", where, kind_name(node)),
                         kEntryHint);
    return std::nullopt;
  }
  const Fields fields(context, node, where, {"path", "reason", "expires"});
  std::optional<std::string> path;
  std::optional<std::string> reason;
  model::Ignore ignored;
  if (const Node* written = fields.require_here("path", kPathHint))
    path = read_words(context, *written, fields.label("path"), kPathHint);
  if (const Node* written = fields.require_here("reason", kReasonHint))
    reason = read_words(context, *written, fields.label("reason"), kReasonHint);
  if (const Node* written = fields.find("expires"))
    ignored.expires = read_expires(context, *written, fields.label("expires"));
  if (path) {
    const auto [first, is_new] = places.try_emplace(*path, fields.find("path")->place);
    if (!is_new)
      context.problems.add(fields.find("path")->place,
                           fmt::format("{} is ignored twice; the first is at {}:{}",
                                       in_quotes(*path), first->second.line, first->second.column),
                           "remove one of them");
  }
  if (!path || !reason) return std::nullopt;
  ignored.path = std::move(*path);
  ignored.reason = std::move(*reason);
  return ignored;
}

}  // namespace

std::vector<model::Ignore> read_ignore(Context& context, const Node& node) {
  std::vector<model::Ignore> ignore;
  if (!node.is_list()) {
    context.problems.add(node.place,
                         fmt::format("ignore must be a list of leaks; this is {}", kind_name(node)),
                         kHint);
    return ignore;
  }
  if (node.items.size() > kMostIgnored) {
    context.problems.add(
        node.place,
        fmt::format("there are {} ignored leaks, more than {}", node.items.size(), kMostIgnored),
        "remove those that are mended or have expired");
    return ignore;
  }
  std::map<std::string, Place> places;
  for (const NodePtr& item : node.items)
    if (auto ignored = read_ignored(context, *item, places)) ignore.push_back(std::move(*ignored));
  return ignore;
}

}  // namespace leakcheck::scenario
