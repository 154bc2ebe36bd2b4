#pragma once

#include "harness/model/explanation.hpp"
#include "harness/model/run_record_walk.hpp"

/// The keys of findings in every record and report that has them; see run_record_walk.hpp.
namespace leakcheck::model {

void fields(const auto& walk, Of<SourcePlace> auto& place) {
  walk.take("file", place.file);
  walk.take("line", place.line);
  walk.take("column", place.column);
  walk.take("mapped", place.is_mapped);
}

void fields(const auto& walk, Of<PathStep> auto& step) {
  walk.take("label", step.label);
  walk.take("class", step.class_name);
  walk.take("id", step.id);
  walk.take("place", step.place);
  walk.take("collapsed", step.collapsed);
}

void fields(const auto& walk, Of<Finding> auto& finding) {
  walk.take("pattern", finding.pattern);
  walk.take("confidence", finding.confidence);
  walk.take("identity", finding.identity);
  walk.take("sentence", finding.sentence);
  walk.take("declared", finding.declared);
  walk.take("site", finding.site);
  walk.take("ownerClass", finding.owner_class);
  walk.take("itemClass", finding.item_class);
  walk.take("itemGrowth", finding.item_growth);
  walk.take("bytes", finding.bytes);
  walk.take("package", finding.package);
  walk.take("path", finding.path);
  walk.take("evidence", finding.evidence);
  walk.take("notes", finding.notes);
  walk.take("advice", finding.advice);
  walk.some("ignored", finding.ignored);
}

void fields(const auto& walk, Of<TakenSnapshot> auto& snapshot) {
  walk.take("file", snapshot.file);
  walk.take("pid", snapshot.pid);
  walk.take("thread", snapshot.thread);
  walk.take("atMs", snapshot.at_ms);
  walk.take("tookMs", snapshot.took_ms);
  walk.take("bytes", snapshot.bytes);
}

void fields(const auto& walk, Of<Explanation> auto& explanation) {
  walk.take("findings", explanation.findings);
  walk.take("problem", explanation.problem);
  walk.take("bytesPerRequest", explanation.bytes_per_request);
  walk.take("share", explanation.share);
  walk.take("requests", explanation.requests);
  walk.take("tookMs", explanation.took_ms);
  walk.take("snapshots", explanation.snapshots);
  walk.take("notes", explanation.notes);
}

}  // namespace leakcheck::model
