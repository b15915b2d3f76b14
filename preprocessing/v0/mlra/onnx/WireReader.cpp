//===- WireReader.cpp - Fields of a Protocol Buffers message --------------===//
#include "onnx/WireReader.h"

namespace mlonnx {

bool WireReader::fail() {
  Damaged = true;
  Rest = {};
  return false;
}

bool WireReader::take(uint64_t Size, std::string_view &To) {
  if (Size > Rest.size())
    return fail();
  To = Rest.substr(0, Size);
  Rest.remove_prefix(Size);
  return true;
}

bool WireReader::nextNumber(uint64_t &To) {
  if (Rest.empty())
    return false;
  To = 0;
  for (size_t I = 0; I < 10 && I < Rest.size(); ++I) {
    const uint8_t Byte = static_cast<uint8_t>(Rest[I]);
    To |= static_cast<uint64_t>(Byte & 0x7F) << (7 * I);
    if (Byte < 0x80) {
      Rest.remove_prefix(I + 1);
      return true;
    }
  }
  return fail();
}

bool WireReader::next(Field &To) {
  uint64_t Tag = 0, Size = 0;
  if (!nextNumber(Tag))
    return false;
  To.Key = Tag >> 3;
  To.Content = {};
  switch (Tag & 7) {
  case Number:
    To.Form = Number;
    return nextNumber(To.Value) || fail();
  case Eight:
    To.Form = Eight;
    return take(8, To.Content);
  case Four:
    To.Form = Four;
    return take(4, To.Content);
  case Bytes:
    To.Form = Bytes;
    return (nextNumber(Size) || fail()) && take(Size, To.Content);
  default: // groups, which ONNX never had
    return fail();
  }
}

} // namespace mlonnx
