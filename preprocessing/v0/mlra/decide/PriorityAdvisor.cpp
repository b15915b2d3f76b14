//===- PriorityAdvisor.cpp - In which order greedy works ------------------===//
#include "decide/PriorityAdvisor.h"

#include <limits>

using namespace llvm;

namespace mlra {

unsigned PriorityAdvisor::getPriority(const LiveInterval &LI) const {
  if (Changed.insert(LI.reg()).second)
    change(LI);
  auto Wished = Wishes.Places.find(LI.reg());
  if (Wished == Wishes.Places.end())
    return Stock->getPriority(LI);
  return Wished->second == QueuePlace::First ? std::numeric_limits<unsigned>::max() : 0;
}

void PriorityAdvisor::change(const LiveInterval &LI) const {
  if (auto Factor = Wishes.Factors.find(LI.reg()); Factor != Wishes.Factors.end() && LI.isSpillable())
    LIS->getInterval(LI.reg()).setWeight(LI.weight() * Factor->second);
  if (auto Hint = Wishes.Hints.find(LI.reg()); Hint != Wishes.Hints.end())
    MRI->setSimpleHint(LI.reg(), Hint->second);
}

} // namespace mlra
