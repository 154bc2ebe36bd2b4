#include "harness/load/answer_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cctype>
#include <optional>
#include <string>

#include "harness/load/failure.hpp"

namespace leakcheck::load {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

/// Kept bytes are completed with so many new ones at a time, and then let go.
constexpr std::size_t kSlice = 512;
/// Room that a parser keeps from one answer to the next, for a thousand of them.
constexpr std::size_t kKeptCapacity = 16 << 10;
/// "0\r\n\r\n". Nothing shorter follows a head or a chunk, and Beast's parser counts on at least so
/// many when it looks for the end of the last chunk a second time.
constexpr std::size_t kShortestChunk = 5;

std::string_view to_std(string_view text) {
  return {text.data(), text.size()};
}

void clear(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptCapacity) text.shrink_to_fit();
}

bool is_event_stream_type(string_view value) {
  const string_view type = value.substr(0, value.find_first_of("; \t"));
  return boost::beast::iequals(type, "text/event-stream");
}

/// What Beast's parser calls as it finds the parts of one answer.
class Reader final : public http::basic_parser<false> {
 public:
  struct Answer {
    AnswerParser::Wants wants;
    int status = 0;
    bool has_line = false;  // a whole status line, of a 1xx too
    bool has_head = false;
    bool is_event_stream = false;
    std::uint64_t chunk_left = 0;
    std::int64_t body_bytes = 0;
    std::string head;
    std::string body;
    std::string_view failure;  // why the reader stopped by itself
  };

  explicit Reader(Answer& answer) : answer_(answer) {
    // Whole limits are ours: Beast's for the head holds for what it has not taken yet.
    header_limit(2 * AnswerParser::kLargestHead);
    body_limit(boost::none);
    if (answer.wants.no_body) skip(true);
  }

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view, int, error_code&) override {
    answer_.status = status;
    answer_.has_line = true;
  }
  void on_field_impl(http::field name, string_view text, string_view value, error_code&) override {
    if (answer_.has_head) return;  // a trailer
    if (answer_.wants.events != nullptr && name == http::field::content_type)
      answer_.is_event_stream = is_event_stream_type(value);
    if (!answer_.wants.head) return;
    answer_.head.append(to_std(text)).append(": ").append(to_std(value)).append("\r\n");
  }
  void on_header_impl(error_code&) override { answer_.has_head = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& error) override {
    take(to_std(body), error);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t size, string_view, error_code&) override {
    answer_.chunk_left = size;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    answer_.chunk_left -= body.size();
    take(to_std(body), error);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  void take(std::string_view body, error_code& error) {
    answer_.body_bytes += static_cast<std::int64_t>(body.size());
    if (answer_.is_event_stream) answer_.wants.events->feed(body);
    if (!answer_.wants.body) return;
    if (answer_.body.size() + body.size() > AnswerParser::kLargestKeptBody) {
      answer_.failure = kAnswerTooLarge;
      error = http::error::body_limit;
      return;
    }
    answer_.body.append(body);
  }

  Answer& answer_;
};

}  // namespace

/// Beast's parser finds an error in a head later when the head comes in pieces. So that names do
/// not depend on the network's cuts, it gets a head whole, or from the beginning once more.
struct AnswerParser::Reading {
  Reader::Answer answer;
  std::optional<Reader> reader;
  std::string pending;           // bytes that are not taken yet: of a head, or between chunks
  std::size_t searched = 0;      // how much of them has no end of a head
  std::size_t next_attempt = 0;  // at so many, a look whether they can become a head at all
  State state = State::reading;

  void fail(std::string_view name) {
    state = State::failed;
    answer.failure = name;
  }
  bool is_worth_an_attempt();
  bool take_head(std::string_view bytes, std::size_t& used);
  bool holds_no_chunk() const;
  bool take_part(std::string_view bytes, std::size_t& used);
  std::size_t take(std::string_view bytes);
  void keep(std::string_view bytes);
  void on_message_end();
};

bool AnswerParser::Reading::is_worth_an_attempt() {
  if (answer.has_head) return true;
  const std::size_t from = searched < 3 ? 0 : searched - 3;
  searched = pending.size();
  if (pending.find("\r\n\r\n", from) != std::string::npos) return true;
  if (pending.size() < next_attempt && pending.size() <= kLargestHead) return false;
  next_attempt = 2 * pending.size();
  return true;
}

/// Returns whether there may be more in the bytes; so does take_part().
bool AnswerParser::Reading::take_head(std::string_view bytes, std::size_t& used) {
  error_code error;
  used = reader->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  const bool wants_more = error == http::error::need_more;
  if ((wants_more ? bytes.size() : used) > kLargestHead || (error && !wants_more)) {
    fail(kMalformedAnswer);
  } else if (wants_more) {
    used = 0;
    answer.head.clear();
    answer.is_event_stream = false;
    reader.emplace(answer);
    return false;
  } else if (reader->is_done()) {
    on_message_end();
  }
  return state == State::reading;
}

bool AnswerParser::Reading::take_part(std::string_view bytes, std::size_t& used) {
  if (reader->chunked() && answer.chunk_left == 0 && bytes.size() < kShortestChunk) return false;
  error_code error;
  used = reader->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  const bool wants_more = error == http::error::need_more;
  if (error && !wants_more)
    fail(answer.failure.empty() ? kMalformedAnswer : answer.failure);
  else if (wants_more && bytes.size() - used > kLargestHead)  // extensions of a chunk, trailers
    fail(kMalformedAnswer);
  else if (reader->is_done())
    on_message_end();
  return state == State::reading && !wants_more && used > 0;
}

/// Whether what was held back as the beginning of a chunk is none.
bool AnswerParser::Reading::holds_no_chunk() const {
  const auto begin = pending.find_first_not_of("\r\n");
  return reader->chunked() && answer.chunk_left == 0 && begin != std::string::npos &&
         std::isxdigit(static_cast<unsigned char>(pending[begin])) == 0;
}

std::size_t AnswerParser::Reading::take(std::string_view bytes) {
  std::size_t taken = 0;
  std::size_t used = 0;
  while (taken < bytes.size()) {
    used = 0;
    const std::string_view rest = bytes.substr(taken);
    const bool goes_on = answer.has_head ? take_part(rest, used) : take_head(rest, used);
    taken += used;
    if (!goes_on) break;
  }
  return taken;
}

void AnswerParser::Reading::keep(std::string_view bytes) {
  pending.assign(bytes);
  searched = 0;
  next_attempt = 2 * bytes.size();
}

void AnswerParser::Reading::on_message_end() {
  if (answer.status / 100 != 1 || answer.status == 101) {
    state = State::complete;
    return;
  }
  answer.has_head = false;
  answer.head.clear();
  reader.emplace(answer);
}

AnswerParser::AnswerParser() : reading_(std::make_unique<Reading>()) {}
AnswerParser::~AnswerParser() = default;
AnswerParser::AnswerParser(AnswerParser&&) noexcept = default;
AnswerParser& AnswerParser::operator=(AnswerParser&&) noexcept = default;

void AnswerParser::begin(const Wants& wants) {
  Reading& now = *reading_;
  now.answer.wants = wants;
  now.answer.status = 0;
  now.answer.has_line = now.answer.has_head = now.answer.is_event_stream = false;
  now.answer.chunk_left = 0;
  now.answer.body_bytes = 0;
  now.answer.failure = {};
  clear(now.answer.head);
  clear(now.answer.body);
  clear(now.pending);
  now.state = State::reading;
  now.reader.emplace(now.answer);
}

std::size_t AnswerParser::feed(std::string_view bytes) {
  Reading& now = *reading_;
  std::size_t taken = 0;
  while (!now.pending.empty() && taken < bytes.size() && now.state == State::reading) {
    const std::size_t kept = now.pending.size();
    const std::string_view slice = bytes.substr(taken, kSlice);
    now.pending.append(slice);
    const std::size_t used = now.is_worth_an_attempt() ? now.take(now.pending) : 0;
    if (used < kept) {
      if (used > 0) now.keep(std::string(now.pending, used));
      taken += slice.size();
    } else {
      clear(now.pending);
      taken += used - kept;
    }
  }
  if (now.state != State::reading || taken == bytes.size()) return taken;
  taken += now.take(bytes.substr(taken));
  if (now.state == State::reading) {
    now.keep(bytes.substr(taken));
    taken = bytes.size();
  }
  return taken;
}

void AnswerParser::end() {
  Reading& now = *reading_;
  if (now.state != State::reading) return;
  if (!now.answer.has_head) {
    std::size_t used = 0;
    if (!now.pending.empty()) now.take_head(now.pending, used);
    if (now.state == State::reading)
      now.fail(now.answer.has_line ? kIncompleteAnswer : kEmptyAnswer);
    return;
  }
  if (now.holds_no_chunk()) return now.fail(kMalformedAnswer);
  error_code error;
  now.reader->put_eof(error);
  if (error) return now.fail(kIncompleteAnswer);
  now.state = State::complete;
}

AnswerParser::State AnswerParser::state() const {
  return reading_->state;
}
std::string_view AnswerParser::failure() const {
  return reading_->state == State::failed ? reading_->answer.failure : std::string_view();
}
bool AnswerParser::has_head() const {
  return reading_->answer.has_head;
}
bool AnswerParser::is_event_stream() const {
  return reading_->answer.is_event_stream;
}
int AnswerParser::status() const {
  return reading_->answer.status;
}
bool AnswerParser::may_keep_connection() const {
  return reading_->state == State::complete && reading_->answer.status != 101 &&
         reading_->reader->keep_alive();
}
std::string_view AnswerParser::head() const {
  return reading_->answer.head;
}
std::string_view AnswerParser::body() const {
  return reading_->answer.body;
}
std::int64_t AnswerParser::body_bytes() const {
  return reading_->answer.body_bytes;
}

}  // namespace leakcheck::load
