//===- Answer.h - What LLVM's allocator did with a function --------------------===//
//
// All of it as plain values, read off after the allocator has run and before the rewriter.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_ANSWER_H
#define MLRA_RECORD_ANSWER_H

#include "record/Costs.h"
#include "record/Moves.h"
#include "record/Outcome.h"
#include "record/Parts.h"
#include "record/Score.h"

#include "llvm/CodeGen/LiveStacks.h"

namespace mlra {

struct Answer {
  Outcome Words; ///< one a node
  Parts Places;
  Moves Edits;
  Costs Counts;
  Score Total;
};

Answer collectAnswer(const Analyses &A, const llvm::LiveStacks &Stacks, const Problem &Recorded,
                     const CodeBefore &Before);

} // namespace mlra

#endif
