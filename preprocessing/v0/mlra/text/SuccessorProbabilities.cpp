//===- SuccessorProbabilities.cpp - Probabilities that a reader does not change -===//
#include "text/SuccessorProbabilities.h"

#include "llvm/Support/BranchProbability.h"

#include <cstdlib>

using namespace llvm;

namespace mlra {

SmallVector<uint32_t, 4> successorProbabilities(const MachineBasicBlock &MBB) {
  SmallVector<uint32_t, 4> Exact;
  int64_t Excess = -int64_t(BranchProbability::getDenominator());
  for (auto I = MBB.succ_begin(); I != MBB.succ_end(); ++I) {
    Exact.push_back(MBB.getSuccProbability(I).getNumerator());
    Excess += Exact.back();
  }
  if (Exact.empty() || !Excess)
    return Exact;
  const int64_t Factor = Excess > 0 ? 2 : 3; // a half less rounds up again, a half more would too, a third more does not
  const int64_t Step = Excess > 0 ? -1 : 1;
  int64_t Nudges = Factor * std::abs(Excess);
  SmallVector<uint32_t, 4> Nudged;
  for (int64_t Numerator : Exact) {
    Numerator = Factor * Numerator + (Nudges > 0 ? Step : 0);
    --Nudges;
    if (Numerator < 0 || Numerator >= UINT32_MAX)
      return Exact;
    Nudged.push_back(static_cast<uint32_t>(Numerator));
  }
  return Nudges > 0 ? Exact : Nudged;
}

} // namespace mlra
