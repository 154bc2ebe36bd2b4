#include "harness/target/target.hpp"

#include "harness/target/service.hpp"

namespace leakcheck::target {

tl::expected<std::unique_ptr<Target>, Failure> Target::launch(const model::TargetSpec& spec,
                                                              const LaunchOptions& options,
                                                              EventLoop& loop) {
  auto service = std::make_unique<Service>(spec, options, loop);
  if (auto opened = service->open(); !opened) return tl::make_unexpected(opened.error());
  return service;
}

}  // namespace leakcheck::target
