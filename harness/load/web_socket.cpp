#include "harness/load/web_socket.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <span>
#include <stdexcept>
#include <utility>

#include "harness/load/descriptor_watch.hpp"
#include "harness/load/failure.hpp"

namespace leakcheck::load {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

/// Beast is written for Asio, which has a loop of its own. Here an io_context is but the list of
/// handlers that are ready: our loop waits for the sockets, and runs the list in a timer's turn. So
/// there is one loop and one thread, no handler runs inside a call that its owner makes, and what
/// became ready in one batch of events runs in one go. (Beast's blocking interface cannot pause in
/// the middle of a frame; and its streams contain a timer, which is never set here but wants an
/// io_context to be made in.)
struct HandlerQueue::State {
  explicit State(EventLoop& event_loop)
      : loop(event_loop),
        context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),  // no locks
        work(context.get_executor()) {}

  ~State() {
    loop.cancel(turn);
    // Those of sockets that are gone: they hear so, and let go of what they hold.
    while (context.poll_one() > 0) {
    }
  }

  /// Whoever may have made a handler ready says so.
  void wake() {
    if (turn != 0 || running) return;
    turn = loop.call_at(loop.now(), [this] {
      turn = 0;
      run();
    });
  }

  void run() {
    running = true;
    int left = kMostAtOnce;
    while (left > 0 && context.poll_one() > 0) --left;
    running = false;
    if (left == 0) wake();
  }

  /// A service that floods us with messages must not keep the loop to itself.
  static constexpr int kMostAtOnce = 256;

  EventLoop& loop;
  net::io_context context;
  net::executor_work_guard<net::io_context::executor_type> work;  // it never stops for good
  EventLoop::TimerId turn = 0;
  bool running = false;
};

HandlerQueue::HandlerQueue(EventLoop& loop) : state_(std::make_unique<State>(loop)) {}

HandlerQueue::~HandlerQueue() = default;

namespace {

constexpr std::string_view kUpgradeRefused = "upgrade refused";
constexpr std::string_view kMessageTooLong = "message too long";
constexpr std::string_view kHeaderTooLong = "header too long";

/// What goes out at a time at most, in one piece: Beast gives a frame's head and payload, and each
/// header of a request, apart.
constexpr std::size_t kMostAtATime = 16'384;

/// A Connection as Asio wants it (AsyncStream): tries at once, else waits on our loop.
class ConnectionStream {
 public:
  using executor_type = net::io_context::executor_type;

  ConnectionStream(EventLoop& loop, executor_type executor, std::function<void()> wake,
                   std::unique_ptr<Connection> connection, WebSocket::Traffic& traffic)
      : executor_(std::move(executor)),
        wake_(std::move(wake)),
        connection_(std::move(connection)),
        watch_(loop, connection_->fd()),
        traffic_(traffic) {}

  executor_type get_executor() const { return executor_; }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          receive(std::make_shared<decltype(handler)>(std::move(handler)), first_of(into));
        },
        token, buffers);
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          outgoing_.resize(std::min(beast::buffer_bytes(from), kMostAtATime));
          net::buffer_copy(net::buffer(outgoing_), from);
          send(std::make_shared<decltype(handler)>(std::move(handler)));
        },
        token, buffers);
  }

  /// Whoever waits hears that it was given up.
  void close() {
    if (!connection_) return;
    is_closed_ = true;
    watch_.stop();
    connection_.reset();
  }

  void reset_on_close() {
    if (connection_) connection_->reset_on_close();
  }

  std::string_view failure() const { return failure_; }
  bool has_ended() const { return has_ended_; }  // the other end closed it, in order

 private:
  template <typename Buffers>
  static net::mutable_buffer first_of(const Buffers& buffers) {
    for (auto it = net::buffer_sequence_begin(buffers); it != net::buffer_sequence_end(buffers);
         ++it) {
      const net::mutable_buffer buffer(*it);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  template <typename Handler>
  void receive(std::shared_ptr<Handler> handler, net::mutable_buffer into) {
    if (is_closed_) return finish(*handler, net::error::operation_aborted, 0);
    if (into.size() == 0) return finish(*handler, {}, 0);
    const auto moved = connection_->receive({static_cast<char*>(into.data()), into.size()});
    if (moved.would_block)
      return watch_.when_readable([this, handler, into] { receive(handler, into); });
    traffic_.received_bytes += static_cast<std::int64_t>(moved.bytes);
    finish(*handler, error_of(moved), moved.bytes);
  }

  template <typename Handler>
  void send(std::shared_ptr<Handler> handler) {
    if (is_closed_) return finish(*handler, net::error::operation_aborted, 0);
    const auto moved = connection_->send(outgoing_);
    if (moved.would_block) return watch_.when_writable([this, handler] { send(handler); });
    if (moved.bytes > 0 && !std::exchange(has_sent_, true)) ++traffic_.upgrades;
    finish(*handler, error_of(moved), moved.bytes);
  }

  error_code error_of(const Connection::Moved& moved) {
    if (!moved.failure.empty()) {
      failure_ = moved.failure;
      return net::error::connection_reset;
    }
    has_ended_ = has_ended_ || (moved.closed && moved.bytes == 0);
    return moved.closed && moved.bytes == 0 ? net::error::eof : error_code();
  }

  template <typename Handler>
  void finish(Handler& handler, error_code error, std::size_t bytes) {
    net::post(executor_, beast::bind_front_handler(std::move(handler), error, bytes));
    wake_();
  }

  executor_type executor_;
  std::function<void()> wake_;
  std::unique_ptr<Connection> connection_;
  DescriptorWatch watch_;
  WebSocket::Traffic& traffic_;
  std::string outgoing_;
  std::string_view failure_;
  bool is_closed_ = false;
  bool has_ended_ = false;
  bool has_sent_ = false;
};

/// Beast asks for these. How the connection ends is the WebSocket's to say.
template <typename Handler>
void async_teardown(beast::role_type, ConnectionStream& stream, Handler&& handler) {
  net::post(stream.get_executor(),
            beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
}

void beast_close_socket(ConnectionStream& stream) {
  stream.close();
}

}  // namespace

/// Lives until the last handler has run that refers to it.
struct WebSocket::State : std::enable_shared_from_this<State> {
  State(HandlerQueue::State& handlers, std::unique_ptr<Connection> connection, Traffic& traffic,
        Events callbacks)
      : queue(handlers),
        stream(
            queue.loop, queue.context.get_executor(), [this] { queue.wake(); },
            std::move(connection), traffic),
        events(std::move(callbacks)) {}

  /// A completion handler that keeps this alive and does nothing any more once it is over.
  auto then(void (State::*step)(error_code)) {
    return [self = shared_from_this(), step](error_code error, std::size_t = 0) {
      if (!self->over) (self.get()->*step)(error);
    };
  }

  std::string_view name(error_code error) const;
  void refuse_headers(error_code) { end(kHeaderTooLong); }
  void on_handshake(error_code error);
  void read();
  void on_read(error_code error);
  void on_written(error_code error);
  void on_closed(error_code error);
  void await_end(error_code error);
  void end(std::string_view failure);

  HandlerQueue::State& queue;
  websocket::stream<ConnectionStream, false> stream;  // false: without compression
  Events events;
  beast::flat_buffer incoming;
  std::string outgoing;
  std::array<char, 1024> ignored;
  bool reading = false;
  bool closing = false;  // asked for
  bool closed = false;   // as the protocol asks
  bool over = false;
};

std::string_view WebSocket::State::name(error_code error) const {
  if (error == websocket::error::upgrade_declined) return kUpgradeRefused;
  if (error == websocket::error::message_too_big) return kMessageTooLong;
  if (!stream.next_layer().failure().empty()) return stream.next_layer().failure();
  if (error == websocket::error::closed || stream.next_layer().has_ended())
    return kConnectionClosed;
  return kMalformedAnswer;
}

void WebSocket::State::on_handshake(error_code error) {
  if (error) return end(name(error));
  read();
  events.on_open();
}

void WebSocket::State::read() {
  reading = true;
  stream.async_read(incoming, then(&State::on_read));
}

void WebSocket::State::on_read(error_code error) {
  reading = false;
  if (error && !closing) return end(name(error));
  if (error) {
    if (closed) await_end({});
    return;
  }
  const auto message = incoming.cdata();
  events.on_message({static_cast<const char*>(message.data()), message.size()});
  if (over) return;
  incoming.consume(incoming.size());
  read();
}

void WebSocket::State::on_written(error_code error) {
  if (error && !closing) return end(name(error));
  if (!error) events.on_sent();
}

void WebSocket::State::on_closed(error_code error) {
  // Given up, because the other end wanted to close at the same time, and now has.
  if (error && error != net::error::operation_aborted) return end({});
  closed = true;
  if (!reading) await_end({});
}

/// The server closes the connection first, or our end would keep its port for a minute
/// (TIME_WAIT). Source: RFC 6455, section 7.1.1.
void WebSocket::State::await_end(error_code error) {
  if (error || stream.next_layer().has_ended()) return end({});
  stream.next_layer().async_read_some(net::buffer(ignored), then(&State::await_end));
}

void WebSocket::State::end(std::string_view failure) {
  over = true;
  stream.next_layer().close();
  events.on_end(failure);
}

WebSocket::WebSocket(HandlerQueue& queue, std::unique_ptr<Connection> connection, Traffic& traffic,
                     Events events)
    : state_(std::make_shared<State>(*queue.state_, std::move(connection), traffic,
                                     std::move(events))) {
  // Beast's own limits on time are off unless they are asked for; the caller has them.
  state_->stream.auto_fragment(false);  // a message is a frame
  state_->stream.read_message_max(kLongestMessage);
}

WebSocket::~WebSocket() {
  state_->over = true;
  state_->stream.next_layer().close();
}

void WebSocket::open(const std::string& host, const std::string& target, const Headers& headers) {
  const auto decorate = [&](websocket::request_type& request) {
    for (const auto& [name, value] : headers) request.set(name, value);
  };
  auto& stream = state_->stream;
  stream.set_option(websocket::stream_base::decorator(decorate));
  try {
    stream.async_handshake(host, target, state_->then(&State::on_handshake));
  } catch (const std::length_error&) {  // 64 KB
    net::post(stream.get_executor(),
              [refuse = state_->then(&State::refuse_headers)] { refuse(error_code()); });
  }
  // The request was made there and then; what its making refers to goes out of scope.
  stream.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
  state_->queue.wake();
}

void WebSocket::send(std::string text) {
  state_->outgoing = std::move(text);
  state_->stream.async_write(net::buffer(state_->outgoing), state_->then(&State::on_written));
  state_->queue.wake();
}

void WebSocket::close() {
  state_->closing = true;
  state_->stream.async_close(websocket::close_code::normal, state_->then(&State::on_closed));
  state_->queue.wake();
}

void WebSocket::reset_on_close() {
  state_->stream.next_layer().reset_on_close();
}

}  // namespace leakcheck::load
