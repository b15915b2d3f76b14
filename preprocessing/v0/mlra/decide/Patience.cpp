//===- Patience.cpp - How often a model may fail --------------------------===//
#include "decide/Patience.h"

namespace mlra {

std::string Patience::note(std::string Problem) {
  InARow = Problem.empty() ? 0 : InARow + 1;
  return Problem;
}

std::vector<std::string> Patience::warnings() const {
  if (!Skipped)
    return {};
  return {"the model failed on " + std::to_string(Most) + " functions in a row: the " + std::to_string(Skipped) +
          " functions behind them are greedy's, too"};
}

} // namespace mlra
