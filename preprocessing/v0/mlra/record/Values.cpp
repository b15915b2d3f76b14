//===- Values.cpp - Values of a virtual register, and what defines them ---===//
#include "record/Values.h"

#include "LLVMCompat.h"
#include "record/Flags.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

unsigned flagsOf(const MachineInstr &Definition) {
  const TargetInstrInfo &TII = *Definition.getMF()->getSubtarget().getInstrInfo();
  return (Definition.isImplicitDef() ? ValueFlag::ImplicitDef : 0) |
         (compat::isRematerializable(Definition, TII) ? ValueFlag::Rematerializable : 0) |
         (TII.isAsCheapAsAMove(Definition) ? ValueFlag::Cheap : 0);
}

/// LLVM may keep a value number where all predecessors carry one value: after coalescing, say. Here such a merge is none,
/// so that values depend on the code alone.
class Merges {
public:
  Merges(const Analyses &A, const LiveInterval &LI) : A(A), LI(LI) {
    for (const VNInfo *Number : LI.valnos)
      if (!Number->isUnused() && Number->isPHIDef())
        Blocks.push_back({Number, A.LIS.getMBBFromIndex(Number->def)});
    while (dropOne())
      ;
  }

  /// Whether it merges nothing.
  bool isSuperfluous(const VNInfo *Number) const { return StandsFor.count(Number); }

private:
  bool dropOne() {
    for (auto [Number, MBB] : Blocks)
      if (!isSuperfluous(Number))
        if (const VNInfo *Only = onlyIncoming(*Number, *MBB)) {
          StandsFor[Number] = Only;
          return true;
        }
    return false;
  }

  /// The one value that comes into the block besides the merge itself; null if there are several, or none at all.
  const VNInfo *onlyIncoming(const VNInfo &Number, const MachineBasicBlock &MBB) const {
    const VNInfo *Only = nullptr;
    for (const MachineBasicBlock *Before : MBB.predecessors()) {
      const VNInfo *Incoming = resolved(LI.getVNInfoBefore(A.LIS.getMBBEndIdx(Before)));
      if (!Incoming || (Only && Incoming != &Number && Incoming != Only))
        return nullptr;
      if (Incoming != &Number)
        Only = Incoming;
    }
    return Only;
  }

  const VNInfo *resolved(const VNInfo *Number) const {
    for (auto Found = StandsFor.find(Number); Found != StandsFor.end(); Found = StandsFor.find(Number))
      Number = Found->second;
    return Number;
  }

  const Analyses &A;
  const LiveInterval &LI;
  SmallVector<std::pair<const VNInfo *, const MachineBasicBlock *>, 4> Blocks;
  DenseMap<const VNInfo *, const VNInfo *> StandsFor;
};

} // namespace

std::vector<Value> collectValues(const Analyses &A, const Positions &P, const LiveInterval &LI) {
  Merges Joined(A, LI);
  SmallVector<const VNInfo *, 8> Numbers;
  for (const VNInfo *Number : LI.valnos)
    if (!Number->isUnused() && !Joined.isSuperfluous(Number))
      Numbers.push_back(Number);
  std::sort(Numbers.begin(), Numbers.end(), [](const VNInfo *X, const VNInfo *Y) { return X->def < Y->def; });
  std::vector<Value> Values;
  Values.reserve(Numbers.size());
  for (const VNInfo *Number : Numbers) {
    if (Number->isPHIDef())
      Values.push_back({-1 - P.blockIndex(*A.LIS.getMBBFromIndex(Number->def)), ValueFlag::Merge});
    else
      Values.push_back({P.instructionAt(Number->def), flagsOf(*A.LIS.getInstructionFromIndex(Number->def))});
  }
  return Values;
}

} // namespace mlra
