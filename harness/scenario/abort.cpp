#include <fmt/format.h>

#include <string>
#include <vector>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/units.hpp"

namespace leakcheck::scenario {
namespace {

using When = model::Abort::When;

constexpr const char* kHint = "write abort: { after: 20ms }, { atBody: 1 } or { atUpload: 10KB }";

double read_share(Context& context, const Node& node) {
  const auto text = read_text(context, node, "abort.share");
  if (!text) return 1;
  const auto percent = parse_percent(*text);
  if (percent && *percent > 0 && *percent <= 100) return *percent / 100;
  context.problems.add(node.place,
                       fmt::format("abort.share must be above 0% and at most 100%; this is {}",
                                   in_quotes(node.text)),
                       "write share: 30%");
  return 1;
}

void check_after(Context& context, const model::RequestStep& request, const model::Abort& abort,
                 const Node& after) {
  const auto timeout = request.timeout.value_or(context.request_timeout);
  if (abort.after < timeout) return;
  context.problems.add(
      after.place,
      fmt::format("abort.after is not before the request's timeout, {} ms", timeout.count()),
      "abort earlier, or raise the timeout of the request or of load");
}

}  // namespace

std::optional<model::Abort> read_abort(Context& context, const Node& node,
                                       const model::RequestStep& request) {
  const Fields fields(context, node, "abort of a request",
                      {"after", "atBody", "atUpload", "share"});
  if (!fields.is_map()) return std::nullopt;
  std::vector<std::string> given;
  for (const char* key : {"after", "atBody", "atUpload"})
    if (fields.find(key) != nullptr) given.emplace_back(key);
  if (given.empty())
    context.problems.add(node.place, "abort of a request has none of after, atBody and atUpload",
                         kHint);
  if (given.size() > 1)
    context.problems.add(fields.place(given[1]),
                         fmt::format("abort of a request has {} and {}", given[0], given[1]),
                         "keep one of them");
  model::Abort abort;
  if (const Node* after = fields.find("after")) {
    abort.when = When::after;
    const auto time = read_duration(context, *after, "abort.after",
                                    {std::chrono::milliseconds(0), std::chrono::hours(1)});
    abort.after = time.value_or(abort.after);
    if (time) check_after(context, request, abort, *after);
  } else if (const Node* body = fields.find("atBody")) {
    abort.when = When::at_body;
    abort.bytes = read_bytes(context, *body, "abort.atBody", Bytes{1}).value_or(Bytes{1});
    if (request.method == model::Method::head)
      context.problems.add(fields.place("atBody"), "the answer to a HEAD request has no body",
                           "use after, or get");
  } else if (const Node* upload = fields.find("atUpload")) {
    abort.when = When::at_upload;
    abort.bytes = read_bytes(context, *upload, "abort.atUpload", Bytes{1}).value_or(Bytes{1});
  }
  if (const Node* share = fields.find("share")) abort.share = read_share(context, *share);
  return abort;
}

}  // namespace leakcheck::scenario
