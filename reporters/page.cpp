#include "reporters/page.hpp"

#include "reporters/code_points.hpp"

namespace leakcheck::reporters {
namespace {

constexpr std::size_t kTailLines = 8;

}  // namespace

void Page::lines(const std::vector<std::string>& texts) {
  for (const auto& text : texts) line(text);
}

void Page::sentence(const std::string& text, std::size_t most) {
  for (const auto& row : wrap(clean_line(text), width_ - 2, most)) line("  " + row);
}

void Page::entry(const std::string& label, const std::string& text, std::size_t most) {
  bool first = true;
  for (const auto& row : wrap(clean_line(text), width_ - 2 - label_width_, most)) {
    line("  " + paint_.dim(pad_right(first ? label : "", label_width_)) + row);
    first = false;
  }
}

void Page::marked(const std::string& mark, const std::string& text, std::size_t most) {
  std::string margin = "  " + mark + " ";
  for (const auto& row : wrap(clean_line(text), width_ - 4, most)) {
    line(margin + row);
    margin = "    ";
  }
}

void Page::whole_entry(const std::string& label, const std::string& text) {
  line("  " + paint_.dim(pad_right(label, label_width_)) + text);
}

void Page::last_words(const std::vector<std::string>& log_tail) {
  std::vector<std::string> tail;
  for (const auto& each : log_tail)
    if (std::string clean = clean_line(each); clean.find_first_not_of(' ') != std::string::npos)
      tail.push_back(std::move(clean));
  if (tail.empty()) return;
  line("  " + paint_.dim("the last words of the service"));
  const std::size_t skipped = tail.size() > kTailLines ? tail.size() - kTailLines : 0;
  for (std::size_t at = skipped; at < tail.size(); ++at)
    line("  " + paint_.dim("│") + " " + cut(tail[at], width_ - 4));
}

void Page::end_block() {
  if (open_.empty()) return;
  if (!text_.empty()) text_ += "\n";
  text_ += open_;
  open_.clear();
}

std::string Page::text() {
  end_block();
  return "\n" + text_;
}

}  // namespace leakcheck::reporters
