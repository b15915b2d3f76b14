//===- Patience.cpp - How often a model may fail --------------------------===//
#include "decide/Patience.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace mlra {

bool Patience::asksAbout(StringRef Function, unsigned FunctionID) {
  if (InARow < Most)
    return true;
  if (FunctionID != LastSkipped)
    Skipped.push_back(Function.str());
  LastSkipped = FunctionID;
  return false;
}

std::string Patience::note(std::string Problem) {
  InARow = Problem.empty() ? 0 : InARow + 1;
  return Problem;
}

std::vector<std::string> Patience::warnings() const {
  if (Skipped.empty())
    return {};
  return {"the model failed on " + std::to_string(Most) +
          " functions in a row and was not asked about the rest, which are left to greedy: " + join(Skipped, ", ")};
}

} // namespace mlra
