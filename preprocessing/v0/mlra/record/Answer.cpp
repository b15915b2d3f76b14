//===- Answer.cpp - What LLVM's allocator did with a function ------------------===//
#include "record/Answer.h"

#include "record/Descendants.h"
#include "record/Flags.h"

namespace mlra {

namespace {

/// A value may be computed anew where it was, after all: right in front of its only use, where it was written, too. One
/// register then holds as much as before, and yet the node was not left as it was.
void correctWords(Outcome &Words, const std::vector<unsigned> &Fates) {
  for (size_t Node = 0; Node < Fates.size(); ++Node)
    if (NodeOutcome &Word = Words.Nodes[Node];
        Word.Kind == Fate::Assigned && (Fates[Node] & FateFlag::Rematerialized))
      Word = {Fate::Rematerialized, 0};
}

} // namespace

Answer collectAnswer(const Analyses &A, const llvm::LiveStacks &Stacks, const Problem &Recorded,
                     const CodeBefore &Before) {
  Answer Result;
  Descendants D = collectDescendants(A, Recorded, Before);
  Result.Words = collectOutcome(A, Recorded);
  Result.Edits = collectMoves(A, Recorded, Before, D);
  Result.Places = collectParts(A, Stacks, Recorded, Before, D, Result.Edits);
  correctWords(Result.Words, Result.Places.Fates);
  Result.Counts = collectCosts(A, Recorded, Result.Edits);
  Result.Total = computeScore(A);
  return Result;
}

} // namespace mlra
