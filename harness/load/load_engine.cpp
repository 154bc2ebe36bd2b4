#include "harness/load/load_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <random>
#include <utility>

#include "harness/load/descriptor_limit.hpp"
#include "harness/load/scheduled_load.hpp"
#include "harness/load/url.hpp"

namespace leakcheck::load {
namespace {

constexpr double kFastestRate = 1e6;
constexpr std::size_t kRunIdLength = 8;
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
  if (spec.ramp_to && !spec.arrival_rate)
    return fail(ErrorKind::load, "rampTo has no rate to start from", "set load.arrivalRate too");
  if (!spec.phases.empty() && count_arrivals(spec.phases) < 1)
    return fail(ErrorKind::load, "the phases of the load hold no arrival",
                "give one of them an arrivalRate and a duration");
  return {};
}

FlowSchedule schedule_flows(const model::LoadSpec& spec, const std::vector<FlowPlan>& flows) {
  std::vector<FlowSchedule::Share> shares;
  for (std::size_t i = 0; i < flows.size(); ++i)
    shares.push_back({spec.flows[i].weight, flows[i].requests});
  FlowSchedule schedule(std::move(shares), spec.cycles.requests, spec.seed);
  if (!spec.phases.empty()) schedule.want_iterations(std::llround(count_arrivals(spec.phases)));
  return schedule;
}

/// Tells the requests of this run from those of others; so it does not come from the seed.
std::string choose_run_id() {
  std::random_device device;
  std::string id;
  Random(device(), device()).append_text(id, kRunIdLength);
  return id;
}

Origin origin_of(const Endpoint& endpoint, const UrlParts& url) {
  Origin origin;
  origin.url = endpoint.base_url.substr(0, authority_end(endpoint.base_url));
  origin.host = url.host_header;
  origin.socket_path = endpoint.socket_path;
  origin.tls = endpoint.tls;
  return origin;
}

}  // namespace

Result<std::unique_ptr<LoadEngine>> LoadEngine::create(const model::LoadSpec& spec,
                                                       const std::optional<model::Payload>& payload,
                                                       const Endpoint& endpoint, EventLoop& loop) {
  if (const auto checked = check_spec(spec); !checked) return tl::make_unexpected(checked.error());
  if (!is_absolute_url(endpoint.base_url))
    return fail(ErrorKind::load,
                "the target's url \"" + endpoint.base_url + "\" is not an HTTP one",
                "write http://host:port or https://host:port");
  const auto url = take_apart(endpoint.base_url);
  if (!url) return tl::make_unexpected(url.error());
  auto distinct = std::make_unique<DistinctCounts>();
  Surroundings surroundings;
  surroundings.port = url->port;
  surroundings.captures = list_captures(spec);
  surroundings.run_id = choose_run_id();
  surroundings.distinct = distinct.get();
  if (payload) surroundings.payload_fields = payload->fields;
  Tally tally;
  auto flows = plan_flows(spec, {endpoint.base_url, spec.keep_alive, spec.headers}, surroundings,
                          endpoint.full_path_only, tally);
  if (!flows) return tl::make_unexpected(flows.error());
  FlowSchedule schedule = schedule_flows(spec, flows->flows);
  if (schedule.requests_per_cycle() > INT_MAX)
    return fail(ErrorKind::load, "the flows' weights make a cycle of more than 2^31 requests",
                "use weights with a common divisor, or smaller ones");
  const Needs& needs = flows->needs;
  const auto clients = static_cast<std::uint64_t>(int{needs.fast} + needs.full + needs.web_socket);
  const auto vus = static_cast<std::uint64_t>(spec.vus) * clients;
  const auto room = ensure_descriptors(vus + vus / 4 + kSpareDescriptors);
  if (!room) return tl::make_unexpected(room.error());
  LoadPlan plan{std::move(*flows),
                std::move(schedule),
                PayloadRows(payload, spec.seed),
                tally,
                std::move(tally),
                surroundings.captures.size(),
                url->host,
                std::move(distinct)};
  return std::make_unique<ScheduledLoad>(spec, std::move(plan), origin_of(endpoint, *url), loop);
}

}  // namespace leakcheck::load
