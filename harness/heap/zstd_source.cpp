#include <zstd.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/heap/byte_source.hpp"

namespace leakcheck::heap {
namespace {

constexpr const char* kAgain = "compress the snapshot again (zstd -1), or give it uncompressed";

class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> compressed)
      : compressed_(std::move(compressed)),
        stream_(ZSTD_createDStream()),
        buffer_(ZSTD_DStreamInSize()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  Result<std::size_t> read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size) {
        auto got = compressed_->read(buffer_.data(), buffer_.size());
        if (!got) return got;
        if (*got == 0 && in_frame_)
          return fail(ErrorKind::io,
                      "its zstd frame is cut off at byte " + std::to_string(compressed_->taken()) +
                          " of the compressed file",
                      kAgain);
        if (*got == 0) return 0;
        in_ = {buffer_.data(), *got, 0};
      }
      const std::size_t left = ZSTD_decompressStream(stream_, &out, &in_);
      if (ZSTD_isError(left) != 0)
        return fail(ErrorKind::io,
                    std::string("its zstd data are damaged (") + ZSTD_getErrorName(left) +
                        ") before byte " + std::to_string(compressed_->taken()) +
                        " of the compressed file",
                    kAgain);
      in_frame_ = left != 0;
    }
    return out.pos;
  }
  std::uint64_t taken() const override { return compressed_->taken(); }

 private:
  std::unique_ptr<ByteSource> compressed_;
  ZSTD_DStream* stream_;
  std::vector<char> buffer_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool in_frame_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<ZstdSource>(std::move(compressed));
}

}  // namespace leakcheck::heap
