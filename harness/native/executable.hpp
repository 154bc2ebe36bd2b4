#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leakcheck::native {

/// What the beginning of a program tells of how it is loaded.
struct Executable {
  bool is_elf = false;
  bool is_64_bit = false;
  std::uint16_t machine = 0;  ///< ELF's e_machine
  std::string interpreter;    ///< the loader: "/lib64/ld-linux-x86-64.so.2"; "" for a static one

  bool is_static() const { return is_elf && interpreter.empty(); }
  bool is_musl() const { return interpreter.find("ld-musl") != std::string::npos; }
  bool is_for_this_machine() const;
};

/// Reads the head of an ELF file. What is cut off or damaged is taken as not there.
/// Source: System V ABI, ELF header and program header (PT_INTERP).
Executable parse_executable(std::string_view head);

}  // namespace leakcheck::native
