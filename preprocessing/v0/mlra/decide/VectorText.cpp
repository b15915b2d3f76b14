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

bool VectorText::numbers(std::vector<float> &Found) {
  if (!consume('['))
    return false;
  do {
    Rest = Rest.ltrim(" \t\r\n");
    double Number;
    std::from_chars_result Read = std::from_chars(Rest.begin(), Rest.end(), Number);
    if (Read.ec != std::errc() || !std::isfinite(static_cast<float>(Number)))
      return false;
    Found.push_back(static_cast<float>(Number));
    Rest = Rest.drop_front(Read.ptr - Rest.begin());
  } while (consume(','));
  return consume(']');
}

bool VectorText::isOver() {
  Rest = Rest.ltrim(" \t\r\n");
  return Rest.empty();
}

std::string VectorText::expected(const std::string &What) const {
  size_t Line = 1 + Whole.take_front(Whole.size() - Rest.size()).count('\n');
  return "line " + std::to_string(Line) + ": expected " + What;
}

} // namespace mlra
