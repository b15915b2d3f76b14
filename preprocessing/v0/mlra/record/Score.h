//===- Score.h - LLVM's RegAllocScore of a function ----------------------------===//
#ifndef MLRA_RECORD_SCORE_H
#define MLRA_RECORD_SCORE_H

#include "record/Problem.h"

namespace mlra {

/// The sums of LLVM's calculateRegAllocScore, by expected executions relative to the entry block, in the order of
/// `score_counts`.
struct Score {
  double Copies = 0;
  double Loads = 0;
  double Stores = 0;
  double LoadStores = 0;
  double CheapRemats = 0;
  double DearRemats = 0;

  double total() const;
};

/// What LLVM's function says of the code behind the rewriter, computed in front of it: afterwards there may be no code.
Score computeScore(const Analyses &A);

} // namespace mlra

#endif
