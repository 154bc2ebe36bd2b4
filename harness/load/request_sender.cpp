#include "harness/load/request_sender.hpp"

#include <chrono>
#include <utility>

#include "harness/load/failure.hpp"
#include "harness/load/header_lines.hpp"
#include "harness/load/url.hpp"

namespace leakcheck::load {
namespace {

std::int64_t now_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

/// "/orders?full=1" of "GET /orders?full=1 HTTP/1.1\r\n…".
std::string_view target_of_wire(std::string_view text) {
  const auto begin = text.find(' ') + 1;
  return text.substr(begin, text.find(' ', begin) - begin);
}

template <typename Client>
std::int64_t sum_of(const std::unique_ptr<Client>& client, std::int64_t (Client::*count)() const) {
  return client == nullptr ? 0 : (*client.*count)();
}

}  // namespace

RequestSender::RequestSender(EventLoop& loop, const model::LoadSpec& spec, const Origin& origin,
                             const Needs& needs, const Done& done)
    : is_https_(origin.url.starts_with("https")), sent_(static_cast<std::size_t>(spec.vus)) {
  const auto users = sent_.size();
  // What is started from the callback of one client may go to another.
  const auto done_and_flush = [this, done](std::size_t user, const Exchange& exchange) {
    done(user, exchange);
    flush();
  };
  if (needs.fast)
    fast_ = std::make_unique<FastClient>(
        loop, origin, users,
        FastClient::Options{spec.connect_timeout, spec.keep_alive, spec.requests_per_connection},
        needs.full ? Done(done_and_flush) : done);
  if (needs.full) {
    FullClient::Options options;
    options.connect_timeout = spec.connect_timeout;
    options.keep_alive = spec.keep_alive;
    options.requests_per_connection = spec.requests_per_connection;
    options.http2 = spec.http_version == model::LoadSpec::HttpVersion::http2;
    options.proxy = spec.proxy;
    full_ = std::make_unique<FullClient>(loop, origin, users, options, done);
  }
  if (needs.web_socket)
    web_sockets_ = std::make_unique<WebSocketClient>(loop, origin, users, spec.connect_timeout,
                                                     done_and_flush);
}

std::string_view RequestSender::send(std::size_t user, const PlannedRequest& request,
                                     RequestValues& values, const CookieJar& cookies,
                                     bool aborted) {
  if (const auto* missing = request.plan.find_missing(values)) return *missing;
  if (aborted || !request.handling.abort)
    return send_with(user, request, values, cookies, request.handling);
  Handling left_alone = request.handling;
  left_alone.abort.reset();
  return send_with(user, request, values, cookies, left_alone);
}

std::string_view RequestSender::send_with(std::size_t user, const PlannedRequest& request,
                                          RequestValues& values, const CookieJar& cookies,
                                          const Handling& handling) {
  return request.is_fast ? send_fast(user, request, values, cookies, handling)
                         : send_full(user, request, values, cookies, handling);
}

std::string_view RequestSender::send_fast(std::size_t user, const PlannedRequest& request,
                                          RequestValues& values, const CookieJar& cookies,
                                          const Handling& handling) {
  Sent& sent = sent_[user];
  WireRequest wire;
  wire.answer_has_no_body = request.is_head;
  if (!request.wire.empty() && cookies.empty()) {
    wire.text = request.wire;
    wire.body_at = request.body_at;
  } else {
    sent.text.clear();
    wire.body_at = request.plan.render_wire(sent.text, values, source_of(cookies));
    wire.text = sent.text;
  }
  sent.target = target_of_wire(wire.text);
  fast_->start(user, wire, handling);
  return {};
}

std::string_view RequestSender::send_full(std::size_t user, const PlannedRequest& request,
                                          RequestValues& values, const CookieJar& cookies,
                                          const Handling& handling) {
  Sent& sent = sent_[user];
  std::shared_ptr<const PreparedRequest> prepared = request.prepared;
  sent.target = request.literal_target;
  if (!prepared || !cookies.empty()) {
    HttpRequest rendered = request.plan.render(values, source_of(cookies));
    sent.text = target_of_url(rendered.url);
    sent.target = sent.text;
    auto made = PreparedRequest::create(std::move(rendered));
    if (!made) return kMalformedUrl;
    prepared = std::move(*made);
  }
  full_->start(user, std::move(prepared), handling);
  return {};
}

CookieSource RequestSender::source_of(const CookieJar& cookies) const {
  if (cookies.empty()) return {};
  return [this, &cookies](std::string& out, std::string_view target) {
    cookies.append_header(out, target, is_https_, now_seconds());
  };
}

std::string_view RequestSender::send(std::size_t user, const PlannedWebSocket& socket,
                                     RequestValues& values, const CookieJar& cookies) {
  if (const auto* missing = socket.handshake.find_missing(values)) return *missing;
  for (const CompiledTemplate& text : socket.send)
    if (const auto* missing = text.find_missing(values)) return *missing;
  HttpRequest rendered = socket.handshake.render(values, source_of(cookies));
  WebSocketTalk talk;
  talk.target = target_of_url(rendered.url);
  talk.headers = std::move(rendered.headers);
  for (const CompiledTemplate& text : socket.send) text.append_to(talk.send.emplace_back(), values);
  talk.receive = socket.receive;
  talk.hold = socket.hold;
  talk.end = socket.end;
  talk.timeout = socket.timeout;
  web_sockets_->start(user, std::move(talk));
  return {};
}

void RequestSender::flush() {
  if (full_) full_->flush();
}

bool RequestSender::take_cookies(std::size_t user, std::string_view head, CookieJar& into) const {
  HeaderValues values(head, "set-cookie");
  bool any = false;
  while (const auto value = values.next()) {
    into.take(*value, sent_[user].target, is_https_, now_seconds());
    any = true;
  }
  return any;
}

bool RequestSender::is_in_flight(std::size_t user) const {
  return (fast_ && fast_->is_in_flight(user)) || (full_ && full_->is_in_flight(user)) ||
         (web_sockets_ && web_sockets_->is_in_flight(user));
}

void RequestSender::cancel(std::size_t user) {
  if (fast_) fast_->cancel(user);
  if (full_) full_->cancel(user);
  if (web_sockets_) web_sockets_->cancel(user);
}

std::int64_t RequestSender::sent() const {
  return sum_of(fast_, &FastClient::sent) + sum_of(full_, &FullClient::sent) + upgrades();
}

std::int64_t RequestSender::upgrades() const {
  return sum_of(web_sockets_, &WebSocketClient::sent);
}

std::int64_t RequestSender::connections() const {
  return sum_of(fast_, &FastClient::connections) + sum_of(full_, &FullClient::connections) +
         sum_of(web_sockets_, &WebSocketClient::connections);
}

std::int64_t RequestSender::received_bytes() const {
  return sum_of(fast_, &FastClient::received_bytes) + sum_of(full_, &FullClient::received_bytes) +
         sum_of(web_sockets_, &WebSocketClient::received_bytes);
}

}  // namespace leakcheck::load
