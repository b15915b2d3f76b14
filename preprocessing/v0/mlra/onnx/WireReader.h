//===- WireReader.h - Fields of a Protocol Buffers message ----------------===//
//
// Bytes in, fields out, one after the other. Nothing is copied, and no length is believed before it is compared with
// what is left: a damaged message ends early, and says so.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ONNX_WIREREADER_H
#define MLRA_ONNX_WIREREADER_H

#include <cstdint>
#include <string_view>

namespace mlonnx {

class WireReader {
public:
  enum Kind : uint8_t { Number = 0, Eight = 1, Bytes = 2, Four = 5 };

  struct Field {
    uint64_t Key = 0;
    Kind Form = Number;
    uint64_t Value = 0;        ///< of a number
    std::string_view Content;  ///< of all others

    bool is(uint64_t Wanted, Kind As) const { return Key == Wanted && Form == As; }
  };

  explicit WireReader(std::string_view Message) : Rest(Message) {}

  /// False at the end, and where the message is damaged.
  bool next(Field &To);

  /// One number of a packed list; false as of `next`.
  bool nextNumber(uint64_t &To);

  bool isDamaged() const { return Damaged; }

private:
  bool fail();
  bool take(uint64_t Size, std::string_view &To);

  std::string_view Rest;
  bool Damaged = false;
};

} // namespace mlonnx

#endif
