#include "harness/native/executable.hpp"

#include <elf.h>

#include <cstring>

namespace leakcheck::native {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#else
constexpr std::uint16_t kMachine = EM_NONE;
#endif

template <typename T>
bool read_at(std::string_view text, std::uint64_t offset, T& out) {
  if (offset > text.size() || text.size() - offset < sizeof out) return false;
  std::memcpy(&out, text.data() + offset, sizeof out);
  return true;
}

}  // namespace

bool Executable::is_for_this_machine() const {
  return is_64_bit && machine == kMachine;
}

Executable parse_executable(std::string_view head) {
  Executable out;
  Elf64_Ehdr header;
  if (!read_at(head, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return out;
  out.is_elf = true;
  out.is_64_bit = header.e_ident[EI_CLASS] == ELFCLASS64;
  out.machine = header.e_machine;  // in the same place for 32 bits
  if (!out.is_64_bit) return out;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr program;
    if (!read_at(head, header.e_phoff + i * header.e_phentsize, program)) break;
    if (program.p_type != PT_INTERP || program.p_offset > head.size()) continue;
    out.interpreter = head.substr(program.p_offset, program.p_filesz);
    out.interpreter.resize(std::strlen(out.interpreter.c_str()));
    break;
  }
  return out;
}

}  // namespace leakcheck::native
