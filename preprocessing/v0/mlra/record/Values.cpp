//===- Values.cpp - Values of a virtual register, and what defines them ---===//
#include "record/Values.h"

#include "LLVMCompat.h"
#include "record/Flags.h"
#include "record/Merges.h"

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

} // namespace

std::vector<Value> collectValues(const Analyses &A, const Positions &P, const LiveInterval &LI) {
  Merges Joined(A.LIS, LI);
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
