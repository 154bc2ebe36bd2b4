#include "harness/load/full_client.hpp"

#include <utility>

namespace leakcheck::load {

/// A group's users take its kept connections as they come. Where each connection has its number
/// of requests, it must be one user's.
FullClient::FullClient(EventLoop& loop, Origin origin, std::size_t users, Options options,
                       Done done)
    : loop_(loop),
      origin_(std::move(origin)),
      options_(std::move(options)),
      done_(std::move(done)),
      group_size_(options_.requests_per_connection > 0 ? 1 : TransferGroup::kMost),
      groups_((users + group_size_ - 1) / group_size_),
      users_(users) {}

FullClient::~FullClient() {
  for (std::size_t user = 0; user < users_.size(); ++user) cancel(user);
  users_.clear();  // before their groups
}

void FullClient::open(std::size_t user) {
  auto& group = groups_[user % groups_.size()];
  if (!group)
    group = std::make_unique<TransferGroup>(loop_, [this](EasyHandle easy, int result) {
      on_ended(FullTransfer::user_of(easy), result);
    });
  users_[user].group = group.get();
  FullTransfer::Hooks hooks;
  hooks.now = [this] { return loop_.now(); };
  hooks.written = [this, user] { on_written(user); };
  hooks.paused = [this, user](TimePoint until) { on_paused(user, until); };
  users_[user].transfer =
      std::make_unique<FullTransfer>(user, origin_, options_, *group, counts_, std::move(hooks));
}

void FullClient::start(std::size_t number, std::shared_ptr<const PreparedRequest> request,
                       const Handling& handling) {
  User& user = users_[number];
  if (!user.transfer) open(number);
  user.transfer->prepare(std::move(request), handling);
  user.in_flight = true;
  user.group->start(user.transfer->easy());
}

void FullClient::flush() {
  for (const auto& group : groups_)
    if (group) group->flush();
}

void FullClient::cancel(std::size_t number) {
  User& user = users_[number];
  if (!user.in_flight) return;
  user.in_flight = false;
  cancel_timers(user);
  user.transfer->go_away();
  user.group->cancel(user.transfer->easy());
  user.transfer->cut_short();
}

void FullClient::on_ended(std::size_t number, int result) {
  User& user = users_[number];
  user.in_flight = false;
  cancel_timers(user);
  done_(number, user.transfer->finish(result));
}

void FullClient::on_written(std::size_t number) {
  users_[number].abort = loop_.call_after(users_[number].transfer->abort_after(),
                                          [this, number] { on_abort_due(number); });
}

void FullClient::on_paused(std::size_t number, TimePoint until) {
  users_[number].pause = loop_.call_at(until, [this, number] {
    User& user = users_[number];
    user.pause = 0;
    user.group->resume(user.transfer->easy());
  });
}

void FullClient::cancel_timers(User& user) {
  if (user.abort != 0) loop_.cancel(std::exchange(user.abort, 0));
  if (user.pause != 0) loop_.cancel(std::exchange(user.pause, 0));
}

void FullClient::on_abort_due(std::size_t number) {
  users_[number].abort = 0;
  cancel(number);
  Exchange exchange;
  exchange.aborted = true;
  done_(number, exchange);
  flush();
}

}  // namespace leakcheck::load
