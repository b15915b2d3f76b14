//===- EvictionAdvisor.cpp - What greedy may evict ------------------------===//
#include "decide/EvictionAdvisor.h"

using namespace llvm;

namespace mlra {

MCRegister EvictionAdvisor::tryFindEvictionCandidate(const LiveInterval &LI, const AllocationOrder &Order,
                                                     uint8_t CostLimit, const SmallVirtRegSet &Fixed) const {
  MCRegister Found = Stock->tryFindEvictionCandidate(LI, Order, CostLimit, with(Fixed));
  if (Found || LI.isSpillable())
    return Found;
  Found = Stock->tryFindEvictionCandidate(LI, Order, CostLimit, Fixed);
  Wishes.ForcedAway += bool(Found);
  return Found;
}

bool EvictionAdvisor::canEvictHintInterference(const LiveInterval &LI, MCRegister Hint,
                                               const SmallVirtRegSet &Fixed) const {
  return Stock->canEvictHintInterference(LI, Hint, with(Fixed));
}

const SmallVirtRegSet &EvictionAdvisor::with(const SmallVirtRegSet &Fixed) const {
  if (Fixed.empty())
    return Wishes.Fixed;
  Both = Wishes.Fixed;
  Both.insert(Fixed.begin(), Fixed.end());
  return Both;
}

} // namespace mlra
