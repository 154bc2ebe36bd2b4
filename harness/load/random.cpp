#include "harness/load/random.hpp"

#include <bit>
#include <string_view>

namespace leakcheck::load {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  // The stream is mixed on its own: neighbouring seeds and streams share no numbers.
  std::uint64_t mixed = seed ^ splitmix64(stream);
  for (std::uint64_t& word : state_) word = splitmix64(mixed);
}

std::uint64_t Random::next() {
  const std::uint64_t out = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return out;
}

std::uint64_t Random::below(std::uint64_t limit) {
  // Numbers past the last whole multiple of the limit would favour the small ones.
  const std::uint64_t whole = limit * (UINT64_MAX / limit);
  std::uint64_t number = next();
  while (number >= whole) number = next();
  return number % limit;
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = span == UINT64_MAX ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

void Random::append_text(std::string& out, std::size_t length) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (; length > 0; --length) out += kAlphabet[below(kAlphabet.size())];
}

void Random::append_uuid(std::string& out) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t high = (next() & ~std::uint64_t{0xf000}) | 0x4000;
  const std::uint64_t low = (next() >> 2) | (std::uint64_t{1} << 63);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) out += '-';
    const std::uint64_t half = digit < 16 ? high : low;
    out += kDigits[(half >> (60 - 4 * (digit % 16))) & 15];
  }
}

}  // namespace leakcheck::load
