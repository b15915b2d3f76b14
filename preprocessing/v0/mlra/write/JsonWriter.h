//===- JsonWriter.h - One line of JSON, written fast ---------------------------===//
//
// A dump is thousands of numbers a function, and its cost is added to every compilation: std::to_chars into one string
// that is reused. llvm::json::OStream does the same through a raw_ostream at several times the time.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_WRITE_JSONWRITER_H
#define MLRA_WRITE_JSONWRITER_H

#include "llvm/ADT/StringRef.h"

#include <charconv>
#include <cmath>
#include <string>
#include <type_traits>

namespace mlra {

class JsonWriter {
public:
  void beginObject() { separate(), Text += '{', First = true; }
  void endObject() { Text += '}', First = false; }
  void beginArray() { separate(), Text += '[', First = true; }
  void endArray() { Text += ']', First = false; }

  void key(const char *Name) {
    separate();
    ((Text += '"') += Name) += "\":";
    First = true; // the value follows without a comma
  }

  void value(llvm::StringRef String) { separate(), quote(String); }
  void value(const char *String) { value(llvm::StringRef(String)); }
  void value(const std::string &String) { value(llvm::StringRef(String)); }
  void valueOfJson(llvm::StringRef Json) { separate(), Text.append(Json.data(), Json.size()); }
  void value(bool Flag) { separate(), Text += Flag ? "true" : "false"; }

  template <typename T, std::enable_if_t<std::is_arithmetic_v<T> && !std::is_same_v<T, bool>, int> = 0>
  void value(T Number) {
    separate();
    if constexpr (std::is_floating_point_v<T>)
      if (!std::isfinite(Number)) { // JSON has no infinity: null, which the reader turns back
        Text += "null";
        return;
      }
    char Digits[32];
    auto End = std::to_chars(Digits, Digits + sizeof(Digits), Number).ptr;
    Text.append(Digits, End);
  }

  template <typename T> void member(const char *Name, const T &Value) { key(Name), value(Value); }

  /// A member that is an array: `Put(Element)` is called for each element and writes exactly one value.
  template <typename RangeT, typename PutT> void array(const char *Name, const RangeT &Range, PutT Put) {
    key(Name);
    beginArray();
    for (const auto &Element : Range)
      Put(Element);
    endArray();
  }

  void newLine() { Text += '\n', First = true; }
  void clear() { Text.clear(), First = true; }
  const std::string &text() const { return Text; }

private:
  void separate() {
    if (!First)
      Text += ',';
    First = false;
  }
  void quote(llvm::StringRef String);
  void escape(unsigned char C);

  std::string Text;
  bool First = true;
};

} // namespace mlra

#endif
