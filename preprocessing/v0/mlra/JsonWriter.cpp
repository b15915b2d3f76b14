//===- JsonWriter.cpp - One line of JSON, written fast -------------------------===//
#include "JsonWriter.h"

#include "llvm/Support/JSON.h"

using namespace llvm;

namespace mlra {

void JsonWriter::quote(StringRef String) {
  static const char Hex[] = "0123456789abcdef";
  std::string Mended; // LLVM IR may name a function with any bytes, JSON is UTF-8
  if (!json::isUTF8(String)) {
    Mended = json::fixUTF8(String);
    String = Mended;
  }
  Text += '"';
  size_t Plain = 0;
  for (size_t I = 0; I < String.size(); ++I) {
    unsigned char C = String[I];
    if (C >= 0x20 && C != '"' && C != '\\')
      continue;
    Text.append(String.data() + Plain, I - Plain);
    Plain = I + 1;
    if (C == '\n')
      Text += "\\n";
    else if (C < 0x20)
      ((Text += "\\u00") += Hex[C >> 4]) += Hex[C & 15];
    else
      (Text += '\\') += static_cast<char>(C);
  }
  Text.append(String.data() + Plain, String.size() - Plain);
  Text += '"';
}

} // namespace mlra
