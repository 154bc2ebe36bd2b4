#pragma once

#include <memory>
#include <string>

#include "harness/scenario/node.hpp"
#include "harness/scenario/problems.hpp"

namespace leakcheck::scenario {

/// One YAML document as a tree with places; aliases and merge keys (`<<`) are resolved.
/// Shape:  at most 64 levels and 20 000 nodes, those behind aliases counted each time.
///         Null for a text without any value.
/// Errors: `is_broken`, with at least one problem: not text, a syntax error, a key that is not
///         text, an alias to itself, more than one document, past the bounds. What can be mended
///         without making the rest doubtful (a key that comes twice) is a problem only.
NodePtr parse_yaml(const std::string& text, const std::shared_ptr<const Source>& source,
                   Problems& problems, bool& is_broken);

}  // namespace leakcheck::scenario
