//===- Decision.cpp - What is decided of a register, as plain values ------===//
#include "decide/Decision.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace mlra {

const char *const DecisionWords[DecisionKinds] = {"assign", "spill", "split", "loop",   "hint",
                                                  "first",  "last",  "keep",  "weight", "set"};

std::optional<DecisionKind> kindOf(StringRef Word) {
  const auto *Found = find(DecisionWords, Word);
  if (Found == std::end(DecisionWords))
    return std::nullopt;
  return static_cast<DecisionKind>(Found - DecisionWords);
}

} // namespace mlra
