#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leakcheck::scenario {

struct CsvRow {
  int line = 0;  ///< from 1, where the row begins
  std::vector<std::string> cells;
};

struct CsvFault {
  int line = 0;
  std::string message;
};

struct Csv {
  std::vector<CsvRow> rows;  ///< empty lines left out
  std::vector<CsvFault> faults;
};

/// Comma separated values: quotes, doubled quotes, line breaks in quotes, LF or CRLF, a BOM.
/// Source: RFC 4180.
Csv parse_csv(std::string_view text);

}  // namespace leakcheck::scenario
