//===- Memory.cpp - The memory of an evaluation ---------------------------===//
#include "onnx/Memory.h"

#include <cstdlib>

namespace mlonnx {

namespace {

constexpr size_t Alignment = 64;
constexpr size_t Smallest = 128;
constexpr size_t MostKept = 64u << 20;

int classOf(size_t Bytes) {
  int Class = 0;
  while ((Smallest << Class) < Bytes)
    ++Class;
  return Class;
}

} // namespace

/// Stands in front of the memory itself.
struct alignas(Alignment) Buffer::Block {
  Memory *From;
  Block *Next; ///< of those that are free
  unsigned Users;
  int Class;
};

Buffer::~Buffer() {
  if (!Held || --Held->Users)
    return;
  Memory &From = *Held->From;
  Held->Next = From.Free[Held->Class];
  From.Free[Held->Class] = Held;
  From.Kept += Smallest << Held->Class;
}

char *Buffer::data() const { return reinterpret_cast<char *>(Held + 1); }

void Buffer::keep() {
  if (Held)
    ++Held->Users;
}

Buffer Memory::take(size_t Bytes) {
  const int Class = classOf(Bytes);
  const size_t Size = Smallest << Class;
  Buffer::Block *Taken = Free[Class];
  if (Taken) {
    Free[Class] = Taken->Next;
    Kept -= Size;
  } else {
    void *Fresh = std::aligned_alloc(Alignment, sizeof(Buffer::Block) + Size);
    if (!Fresh)
      return Buffer();
    Taken = static_cast<Buffer::Block *>(Fresh);
  }
  *Taken = {this, nullptr, 1, Class};
  return Buffer(Taken);
}

void Memory::trim() {
  if (Kept > MostKept)
    release();
}

void Memory::release() {
  for (Buffer::Block *&First : Free)
    while (Buffer::Block *Each = First) {
      First = Each->Next;
      std::free(Each);
    }
  Kept = 0;
}

Memory::~Memory() { release(); }

} // namespace mlonnx
