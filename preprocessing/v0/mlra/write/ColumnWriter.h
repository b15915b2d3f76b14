//===- ColumnWriter.h - Records as columns of Arrow's layout -------------------===//
//
// Takes the same calls as JsonWriter and keeps what it is told in one buffer a column. The file is
//
//   "MLRACOL1", the buffers (each padded to 8 bytes), a JSON object that describes them, its length as uint32, "MLRACOL1"
//
// all little-endian. A column is what Apache Arrow calls by the same name: values, a list of values or a list of lists a
// record, as int32 offsets and int16, int32, float, double, bool (a byte) or UTF-8 values, so that a reader maps the file and has
// its arrays without looking at a single number.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_WRITE_COLUMNWRITER_H
#define MLRA_WRITE_COLUMNWRITER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

namespace mlra {

class ColumnWriter {
public:
  /// Every record has the same members in the same order.
  void beginObject() { Next = 0; }
  void endObject() { ++Records; }

  template <typename T> void member(const char *Name, const T &Value) { select(Name, 0), value(Value); }

  /// A member that is an array: `Put(Element)` is called for each element and writes exactly one value.
  template <typename RangeT, typename PutT> void array(const char *Name, const RangeT &Range, PutT Put) {
    select(Name, 1);
    for (const auto &Element : Range)
      Put(Element);
    Column &C = Columns[Current];
    C.Ends[0].push_back(C.isNested() ? C.Ends[1].size() - 1 : C.Count);
  }

  void beginArray() {
    if (Column &C = Columns[Current]; !C.isNested())
      C.Ends[1].push_back(0);
  }
  void endArray() { Columns[Current].Ends[1].push_back(Columns[Current].Count); }

  void value(llvm::StringRef String);
  void value(const char *String) { value(llvm::StringRef(String)); }
  void value(const std::string &String) { value(llvm::StringRef(String)); }

  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0> void value(T Number) {
    if constexpr (std::is_same_v<T, bool>)
      append<uint8_t>('b', Number);
    else if constexpr (std::is_integral_v<T> && sizeof(T) == sizeof(int16_t))
      append<int16_t>('h', static_cast<int16_t>(Number));
    else if constexpr (std::is_integral_v<T>)
      append<int32_t>('i', static_cast<int32_t>(Number));
    else if constexpr (std::is_same_v<T, float>)
      append<float>('f', Number);
    else
      append<double>('d', Number);
  }

  /// Writes the file; `Version` goes into its description. An error if a column is too large for 32-bit offsets.
  std::error_code write(llvm::raw_ostream &OS, int Version) const;

private:
  struct Column {
    std::string Name;
    unsigned Lists;
    char Type = 0; ///< 0 until the first value: a column that has none
    uint64_t Count = 0;
    std::vector<uint32_t> Ends[2];     ///< of the lists a record; of the lists in these, if they are nested
    std::vector<uint32_t> StringEnds;
    std::string Data;

    bool isNested() const { return !Ends[1].empty(); }
  };

  void select(const char *Name, unsigned Lists);

  template <typename T> void append(char Type, T Value) {
    Column &C = Columns[Current];
    C.Type = Type;
    ++C.Count;
    C.Data.append(reinterpret_cast<const char *>(&Value), sizeof(T));
  }

  std::vector<Column> Columns;
  size_t Current = 0, Next = 0;
  unsigned Records = 0;
};

} // namespace mlra

#endif
