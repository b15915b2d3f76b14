//===- Memory.h - The memory of an evaluation -----------------------------===//
//
// Values come and go by the thousand, and the same ones with every question: blocks that are not needed any more are
// kept for the next that wants one of about their size. One thread.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ONNX_MEMORY_H
#define MLRA_ONNX_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mlonnx {

class Memory;

/// A share in a block of memory; the last one gives it back.
class Buffer {
public:
  Buffer() = default;
  Buffer(const Buffer &Other) : Held(Other.Held) { keep(); }
  Buffer(Buffer &&Other) noexcept : Held(std::exchange(Other.Held, nullptr)) {}
  Buffer &operator=(Buffer Other) noexcept {
    std::swap(Held, Other.Held);
    return *this;
  }
  ~Buffer();

  char *data() const;
  explicit operator bool() const { return Held; }

private:
  friend class Memory;
  struct Block;
  explicit Buffer(Block *Held) : Held(Held) {}
  void keep();

  Block *Held = nullptr;
};

/// Outlives all its buffers.
class Memory {
public:
  Memory() = default;
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;
  ~Memory();

  /// At least that many bytes, aligned for any vector; none where there is no more.
  Buffer take(size_t Bytes);

  /// Lets go of what is kept, if that is more than an evaluation of a usual function needs.
  void trim();

private:
  friend class Buffer;
  static constexpr int Classes = 48; ///< by powers of two
  void release();

  Buffer::Block *Free[Classes] = {};
  size_t Kept = 0; ///< bytes
};

} // namespace mlonnx

#endif
