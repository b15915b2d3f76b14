//===- JsonWriter.cpp - One line of JSON, written fast -------------------------===//
#include "write/JsonWriter.h"

#include "llvm/Support/JSON.h"

#include <array>

using namespace llvm;

namespace mlra {

namespace {

constexpr std::array<bool, 256> NeedsEscape = [] {
  std::array<bool, 256> Table{};
  for (unsigned C = 0; C < 0x20; ++C)
    Table[C] = true;
  Table['"'] = Table['\\'] = true;
  return Table;
}();

} // namespace

void JsonWriter::quote(StringRef String) {
  std::string Mended; // LLVM IR may name a function with any bytes, JSON is UTF-8
  if (!json::isUTF8(String)) {
    Mended = json::fixUTF8(String);
    String = Mended;
  }
  Text += '"';
  const char *Plain = String.begin(), *End = String.end();
  for (const char *P = Plain; P != End; ++P) {
    if (!NeedsEscape[static_cast<unsigned char>(*P)])
      continue;
    Text.append(Plain, P);
    Plain = P + 1;
    escape(*P);
  }
  Text.append(Plain, End);
  Text += '"';
}

void JsonWriter::escape(unsigned char C) {
  static const char Hex[] = "0123456789abcdef";
  if (C == '\n')
    Text += "\\n";
  else if (C < 0x20)
    ((Text += "\\u00") += Hex[C >> 4]) += Hex[C & 15];
  else
    (Text += '\\') += static_cast<char>(C);
}

} // namespace mlra
