#include "harness/native/executable.hpp"

#include <doctest/doctest.h>
#include <elf.h>

#include <cstring>

#include "harness/base/file.hpp"

namespace leakcheck::native {
namespace {

/// The head of a program with this loader; "" for none.
std::string make_head(const std::string& loader, std::uint16_t machine = EM_X86_64) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_machine = machine;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 2;
  Elf64_Phdr programs[2] = {};
  programs[0].p_type = PT_LOAD;
  programs[1].p_type = loader.empty() ? PT_LOAD : PT_INTERP;
  programs[1].p_offset = sizeof header + sizeof programs;
  programs[1].p_filesz = loader.size() + 1;
  std::string out(sizeof header + sizeof programs, '\0');
  std::memcpy(out.data(), &header, sizeof header);
  std::memcpy(out.data() + sizeof header, programs, sizeof programs);
  return out + loader + '\0';
}

TEST_CASE("Executable: this test's own program is for this machine, and linked to glibc") {
  const auto self = parse_executable(*load_file("/proc/self/exe"));
  CHECK(self.is_elf);
  CHECK(self.is_for_this_machine());
  CHECK_FALSE(self.is_static());
  CHECK_FALSE(self.is_musl());
  CHECK(self.interpreter.find("/ld-linux") != std::string::npos);
}

TEST_CASE("Executable: static, musl and foreign programs are told apart") {
  CHECK(parse_executable(make_head("")).is_static());
  CHECK_FALSE(parse_executable(make_head("/lib64/ld-linux-x86-64.so.2")).is_static());
  CHECK(parse_executable(make_head("/lib/ld-musl-aarch64.so.1")).is_musl());
  CHECK_FALSE(parse_executable(make_head("/lib/ld.so", EM_PPC64)).is_for_this_machine());
  std::string narrow = make_head("/lib/ld-linux.so.2");
  narrow[EI_CLASS] = ELFCLASS32;
  CHECK(parse_executable(narrow).is_elf);
  CHECK_FALSE(parse_executable(narrow).is_for_this_machine());
}

TEST_CASE("Executable: what is no program, and every cut of one, does no harm") {
  CHECK_FALSE(parse_executable("").is_elf);
  CHECK_FALSE(parse_executable("#!/bin/sh\n" + std::string(100, 'x')).is_static());
  const std::string head = make_head("/lib64/ld-linux-x86-64.so.2");
  for (std::size_t size = 0; size < head.size() - 1; ++size)
    CHECK(parse_executable(head.substr(0, size)).interpreter != "/lib64/ld-linux-x86-64.so.2");
  std::string wild = head;
  std::memset(wild.data() + 32, 0xff, 8);  // e_phoff
  CHECK(parse_executable(wild).interpreter == "");
}

}  // namespace
}  // namespace leakcheck::native
