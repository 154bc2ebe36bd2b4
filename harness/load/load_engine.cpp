#include "harness/load/load_engine.hpp"

#include <fmt/format.h>

#include <climits>
#include <utility>

#include "harness/load/descriptor_limit.hpp"
#include "harness/load/scheduled_load.hpp"
#include "harness/load/url.hpp"

namespace leakcheck::load {
namespace {

constexpr double kFastestRate = 1e6;
/// Besides its connections: the run's logs, pipes and reports, and libcurl's wake-up sockets.
constexpr std::uint64_t kSpareDescriptors = 64;

Result<void> check_spec(const model::LoadSpec& spec) {
  if (spec.vus < 1)
    return fail(ErrorKind::load, fmt::format("{} virtual users cannot send anything", spec.vus),
                "set load.vus to at least 1");
  if (spec.arrival_rate && !(*spec.arrival_rate > 0 && *spec.arrival_rate <= kFastestRate))
    return fail(ErrorKind::load,
                fmt::format("an arrivalRate of {} cannot be kept", *spec.arrival_rate),
                "set load.arrivalRate to a number of iterations per second above 0");
  return {};
}

Result<void> check_base_url(const std::string& url) {
  if (!is_absolute_url(url))
    return fail(ErrorKind::load, "the target's url \"" + url + "\" is not an HTTP one",
                "write http://host:port or https://host:port");
  const auto prepared = PreparedRequest::create({model::Method::get, url, {}, std::nullopt});
  if (!prepared) return tl::make_unexpected(prepared.error());
  return {};
}

FlowSchedule schedule_flows(const model::LoadSpec& spec, const std::vector<FlowPlan>& flows) {
  std::vector<FlowSchedule::Share> shares;
  for (std::size_t i = 0; i < flows.size(); ++i)
    shares.push_back({spec.flows[i].weight, flows[i].requests});
  return {std::move(shares), spec.cycles.requests};
}

}  // namespace

Result<std::unique_ptr<LoadEngine>> LoadEngine::create(const model::LoadSpec& spec,
                                                       const std::optional<model::Payload>& payload,
                                                       const Endpoint& endpoint, EventLoop& loop) {
  const std::string& base_url = endpoint.base_url;
  for (const auto& checked : {check_spec(spec), check_base_url(base_url)})
    if (!checked) return tl::make_unexpected(checked.error());
  Surroundings surroundings;
  surroundings.port = port_of(base_url);
  if (payload) surroundings.payload_fields = payload->fields;
  Tally tally;
  auto flows = plan_flows(spec, base_url, surroundings, tally);
  if (!flows) return tl::make_unexpected(flows.error());
  FlowSchedule schedule = schedule_flows(spec, *flows);
  if (schedule.requests_per_cycle() > INT_MAX)
    return fail(ErrorKind::load, "the flows' weights make a cycle of more than 2^31 requests",
                "use weights with a common divisor, or smaller ones");
  const auto vus = static_cast<std::uint64_t>(spec.vus);
  const auto room = ensure_descriptors(vus + vus / 4 + kSpareDescriptors);
  if (!room) return tl::make_unexpected(room.error());
  LoadPlan plan{std::move(*flows), std::move(schedule), PayloadRows(payload, spec.seed),
                std::move(tally)};
  return std::make_unique<ScheduledLoad>(spec, std::move(plan), loop);
}

}  // namespace leakcheck::load
