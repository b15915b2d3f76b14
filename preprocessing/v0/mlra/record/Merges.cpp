//===- Merges.cpp - Value numbers that merge nothing ----------------------===//
#include "record/Merges.h"

using namespace llvm;

namespace mlra {

Merges::Merges(const LiveIntervals &LIS, const LiveInterval &LI) : LIS(LIS), LI(LI) {
  for (const VNInfo *Number : LI.valnos)
    if (!Number->isUnused() && Number->isPHIDef())
      Blocks.push_back({Number, LIS.getMBBFromIndex(Number->def)});
  while (dropOne())
    ;
}

bool Merges::dropOne() {
  for (auto [Number, MBB] : Blocks)
    if (!isSuperfluous(Number))
      if (const VNInfo *Only = onlyIncoming(*Number, *MBB)) {
        StandsFor[Number] = Only;
        return true;
      }
  return false;
}

/// The one value that comes into the block besides the merge itself; null if there are several, or none at all.
const VNInfo *Merges::onlyIncoming(const VNInfo &Number, const MachineBasicBlock &MBB) const {
  const VNInfo *Only = nullptr;
  for (const MachineBasicBlock *Before : MBB.predecessors()) {
    const VNInfo *Incoming = resolved(LI.getVNInfoBefore(LIS.getMBBEndIdx(Before)));
    if (!Incoming || (Only && Incoming != &Number && Incoming != Only))
      return nullptr;
    if (Incoming != &Number)
      Only = Incoming;
  }
  return Only;
}

const VNInfo *Merges::resolved(const VNInfo *Number) const {
  for (auto Found = StandsFor.find(Number); Found != StandsFor.end(); Found = StandsFor.find(Number))
    Number = Found->second;
  return Number;
}

} // namespace mlra
