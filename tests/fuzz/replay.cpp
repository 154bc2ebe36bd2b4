// Gives the files of folders to a fuzzer's entry point, without libFuzzer: what was once found
// stays found, with every compiler. The second byte says where to cut; here it is many places.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** folders) {
  int files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(folders[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::vector<char> text((std::istreambuf_iterator<char>(file)), {});
      std::vector<std::uint8_t> bytes(text.begin(), text.end());
      std::cout << entry.path().filename() << std::endl;  // seen when it crashes
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      for (int cut = 0; cut < 256 && bytes.size() > 1; cut += 5) {
        bytes[1] = static_cast<std::uint8_t>(cut);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      }
      ++files;
    }
  }
  std::cout << files << " files\n";
  return files > 0 ? 0 : 1;
}
