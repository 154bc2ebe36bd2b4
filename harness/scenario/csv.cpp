#include "harness/scenario/csv.hpp"

#include <utility>

namespace leakcheck::scenario {
namespace {

class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : text_(text) {}

  Csv parse() {
    while (at_ < text_.size()) row();
    return std::move(out_);
  }

 private:
  bool at_end_of_line() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
  }

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size()) ++at_;
    ++line_;
  }

  void row() {
    if (at_end_of_line()) return end_line();
    CsvRow row;
    row.line = line_;
    for (;;) {
      const bool is_quoted = at_ < text_.size() && text_[at_] == '"';
      row.cells.push_back(is_quoted ? quoted_cell() : plain_cell());
      if (at_ >= text_.size() || text_[at_] != ',') break;
      ++at_;
    }
    end_line();
    out_.rows.push_back(std::move(row));
  }

  std::string plain_cell() {
    std::string cell;
    while (!at_end_of_line() && text_[at_] != ',') cell += text_[at_++];
    return cell;
  }

  std::string quoted_cell() {
    std::string cell;
    const int first_line = line_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (text_.substr(at_, 2) != "\"\"") break;
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      cell += text_[at_];
    }
    if (at_ >= text_.size()) {
      out_.faults.push_back({first_line, "the quotes that begin here are never closed"});
      return cell;
    }
    ++at_;
    if (!at_end_of_line() && text_[at_] != ',') {
      out_.faults.push_back({line_, "there is text after the closing quotes of a value"});
      plain_cell();
    }
    return cell;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  Csv out_;
};

}  // namespace

Csv parse_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return CsvParser(text).parse();
}

}  // namespace leakcheck::scenario
