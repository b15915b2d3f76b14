//===- VectorText.cpp - Names and vectors of numbers in JSON --------------===//
#include "decide/VectorText.h"

#include <charconv>
#include <cmath>

using namespace llvm;

namespace mlra {

bool VectorText::consume(char Wanted) {
  Rest = Rest.ltrim(" \t\r\n");
  return Rest.consume_front(StringRef(&Wanted, 1));
}

bool VectorText::string(StringRef &Found) {
  if (!consume('"'))
    return false;
  size_t End = Rest.find_first_of("\"\\\n");
  if (End == StringRef::npos || Rest[End] != '"')
    return false;
  Found = Rest.take_front(End);
  Rest = Rest.drop_front(End + 1);
  return true;
}

bool VectorText::numbers(StringRef &Found) {
  if (!consume('['))
    return false;
  size_t End = Rest.find(']');
  if (End == StringRef::npos)
    return false;
  Found = Rest.take_front(End);
  if (Found.empty() || Found.contains('"') || Found.contains('[')) // or an array that is not closed
    return false;
  Rest = Rest.drop_front(End + 1);
  return true;
}

bool VectorText::isOver() {
  Rest = Rest.ltrim(" \t\r\n");
  return Rest.empty();
}

std::string VectorText::expected(const std::string &What) const {
  size_t Line = 1 + Whole.take_front(Whole.size() - Rest.size()).count('\n');
  return "line " + std::to_string(Line) + ": expected " + What;
}

std::vector<float> parseNumbers(StringRef Text) {
  std::vector<float> Numbers;
  for (bool IsMore = true; IsMore;) {
    Text = Text.ltrim(" \t\r\n");
    double Number;
    std::from_chars_result Read = std::from_chars(Text.begin(), Text.end(), Number);
    if (Read.ec != std::errc() || !std::isfinite(static_cast<float>(Number)))
      return {};
    Numbers.push_back(static_cast<float>(Number));
    Text = Text.drop_front(Read.ptr - Text.begin()).ltrim(" \t\r\n");
    IsMore = Text.consume_front(",");
  }
  return Text.empty() ? Numbers : std::vector<float>();
}

} // namespace mlra
