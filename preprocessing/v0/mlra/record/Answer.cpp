//===- Answer.cpp - What LLVM's allocator did with a function ------------------===//
#include "record/Answer.h"

#include "record/Descendants.h"

namespace mlra {

Answer collectAnswer(const Analyses &A, const llvm::LiveStacks &Stacks, const Problem &Recorded,
                     const CodeBefore &Before) {
  Answer Result;
  Descendants D = collectDescendants(A, Recorded, Before);
  Result.Words = collectOutcome(A, Recorded);
  Result.Edits = collectMoves(A, Recorded, Before, D);
  Result.Places = collectParts(A, Stacks, Recorded, Before, D, Result.Edits);
  Result.Counts = collectCosts(A, Recorded, Result.Edits);
  Result.Total = computeScore(A);
  return Result;
}

} // namespace mlra
