//===- Findings.cpp - What -mlra-verify found, in words -------------------===//
#include "record/Findings.h"

#include <charconv>

using namespace llvm;

namespace mlra {

std::string nameOf(Register Virtual) { return "%" + std::to_string(Virtual.virtRegIndex()); }

std::string exactly(float Number) {
  char Digits[32];
  return std::string(Digits, std::to_chars(Digits, Digits + sizeof(Digits), Number).ptr);
}

std::string rangesIn(const std::vector<int> &Live) {
  std::string Text;
  for (size_t I = 0; I + 1 < Live.size(); I += 2)
    Text += (I ? " [" : "[") + std::to_string(Live[I]) + "," + std::to_string(Live[I + 1]) + ")";
  return Text.empty() ? "nowhere" : Text;
}

} // namespace mlra
