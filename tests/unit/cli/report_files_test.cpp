#include "harness/cli/report_files.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include "harness/base/file.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using model::ReporterSpec;

namespace {

struct TemporaryFolder {
  fs::path path;
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { fs::remove_all(path); }
};

ReporterSpec junit_at(const fs::path& path) {
  ReporterSpec spec;
  spec.kind = ReporterSpec::Kind::junit;
  spec.path = path;
  return spec;
}

model::RunReport named(const std::string& name) {
  model::RunReport report;
  report.scenario.name = name;
  return report;
}

}  // namespace

TEST_SUITE("ReportFiles") {
  TEST_CASE("two scenarios that name the same file share it") {
    const TemporaryFolder folder;
    const ReporterSpec shared = junit_at(folder.path / "deep/junit.xml");
    cli::ReportFiles files;
    files.add(shared);
    files.add(shared);
    REQUIRE(files.check());
    files.take(named("first"), {shared});
    files.take(named("second"), {shared});
    CHECK(files.write().empty());
    const auto text = load_file(shared.path);
    REQUIRE(text);
    CHECK(text->find("leakcheck.first") != std::string::npos);
    CHECK(text->find("leakcheck.second") != std::string::npos);
  }

  TEST_CASE("a file that cannot be written is found before anything runs, with its path") {
    const TemporaryFolder folder;
    REQUIRE(write_file(folder.path / "file", ""));
    cli::ReportFiles files;
    files.add(junit_at(folder.path / "file/below/junit.xml"));
    const auto checked = files.check();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind == ErrorKind::report);
    CHECK(checked.error().message.find("file/below") != std::string::npos);
    CHECK_FALSE(checked.error().hint.empty());
  }

  TEST_CASE("reports of two kinds cannot share a file, however its path is written") {
    const TemporaryFolder folder;
    ReporterSpec json = junit_at(folder.path / "below/../report");
    json.kind = ReporterSpec::Kind::json;
    cli::ReportFiles files;
    files.add(junit_at(folder.path / "report"));
    files.add(json);
    const auto checked = files.check();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind == ErrorKind::report);
    CHECK(checked.error().message.find("report") != std::string::npos);
    CHECK(checked.error().hint == "give each a file of its own");
  }

  TEST_CASE("one bad file does not keep the others from being written") {
    const TemporaryFolder folder;
    REQUIRE(write_file(folder.path / "file", ""));
    const std::vector<ReporterSpec> specs = {junit_at(folder.path / "file/below/junit.xml"),
                                             junit_at(folder.path / "good.xml")};
    cli::ReportFiles files;
    for (const auto& spec : specs) files.add(spec);
    files.take(named("x"), specs);
    CHECK(files.write().size() == 1);
    CHECK(fs::exists(folder.path / "good.xml"));
  }
}
