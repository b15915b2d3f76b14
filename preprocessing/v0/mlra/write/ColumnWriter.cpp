//===- ColumnWriter.cpp - Records as columns of Arrow's layout -----------------===//
#include "write/ColumnWriter.h"

#include "write/JsonWriter.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

#include <cassert>
#include <limits>
#include <system_error>

using namespace llvm;

namespace mlra {

namespace {

constexpr StringLiteral Magic = "MLRACOL1";

struct Extent {
  uint64_t Offset, Size;
};

Extent writeBuffer(raw_ostream &OS, const void *Data, uint64_t Size) {
  Extent E{OS.tell(), Size};
  OS.write(static_cast<const char *>(Data), Size);
  OS.write_zeros(-Size & 7);
  return E;
}

Extent writeBuffer(raw_ostream &OS, const std::vector<uint32_t> &Values) {
  return writeBuffer(OS, Values.data(), Values.size() * sizeof(uint32_t));
}

} // namespace

void ColumnWriter::select(const char *Name, unsigned Lists) {
  Current = Next++;
  if (Current == Columns.size()) {
    assert(Records == 0 && "records have the same members");
    Column &C = Columns.emplace_back();
    C.Name = Name;
    C.Lists = Lists;
    if (Lists)
      C.Ends[0].push_back(0);
  }
  assert(Columns[Current].Name == Name && "members come in the same order");
}

void ColumnWriter::value(StringRef String) {
  Column &C = Columns[Current];
  if (C.StringEnds.empty())
    C.StringEnds.push_back(0);
  if (json::isUTF8(String)) // LLVM IR may name a function with any bytes
    C.Data += String;
  else
    C.Data += json::fixUTF8(String);
  C.StringEnds.push_back(C.Data.size());
  C.Type = 's';
  ++C.Count;
}

std::error_code ColumnWriter::write(raw_ostream &OS, int Version) const {
  static_assert(sys::IsLittleEndianHost, "the buffers are written as they lie in memory");
  JsonWriter J;
  J.beginObject();
  J.member("v", Version);
  J.member("functions", Records);
  OS << Magic;
  std::error_code Error;
  J.array("columns", Columns, [&](const Column &C) {
    if (C.Data.size() > std::numeric_limits<int32_t>::max())
      Error = std::make_error_code(std::errc::file_too_large);
    std::vector<Extent> Buffers;
    for (const std::vector<uint32_t> &Ends : C.Ends)
      if (!Ends.empty())
        Buffers.push_back(writeBuffer(OS, Ends));
    if (!C.StringEnds.empty())
      Buffers.push_back(writeBuffer(OS, C.StringEnds));
    Buffers.push_back(writeBuffer(OS, C.Data.data(), C.Data.size()));
    J.beginObject();
    J.member("name", C.Name);
    J.member("type", StringRef(C.Type ? &C.Type : "", C.Type ? 1 : 0));
    J.member("lists", C.Lists + C.isNested());
    J.member("values", C.Count);
    J.array("buffers", Buffers, [&](const Extent &E) {
      J.beginArray();
      J.value(E.Offset), J.value(E.Size);
      J.endArray();
    });
    J.endObject();
  });
  J.endObject();
  char Length[4];
  support::endian::write32le(Length, J.text().size());
  OS << J.text();
  OS.write(Length, sizeof(Length)) << Magic;
  return Error;
}

} // namespace mlra
