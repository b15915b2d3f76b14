//===- UsePoints.cpp - Where a virtual register is read and written ------------===//
//
// Use slots:       the definitions of the value numbers (no PHI, no unused one) and the slots of non-debug, non-undef
//                  reads, as LLVM's SplitAnalysis::analyzeUses has them.
// Use distance:    SlotIndex::getApproxInstrDistance from the first use slot.
// Split point:     RL4ReAl: no copy, no inline assembly, no compare, no dead definition of the register, in no loop.
// Spill weight:    what VirtRegAuxInfo::weightCalcHelper(LI, &Start, &End) gives for Start = the first use slot, or the
//                  start of the use's block where that is another block, and End = the use slot. Calling it for each
//                  use is quadratic in the uses; all Starts of a block are the same, so that one walk over the block's
//                  uses adds up the weights. `-mlra-verify` compares every one of them with weightCalcHelper.
//
//===----------------------------------------------------------------------===//
#include "record/UsePoints.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <limits>

using namespace llvm;

namespace mlra {

std::vector<SlotIndex> useSlots(const Analyses &A, const LiveInterval &LI) {
  std::vector<SlotIndex> Slots;
  for (const VNInfo *Value : LI.valnos)
    if (!Value->isPHIDef() && !Value->isUnused())
      Slots.push_back(Value->def);
  for (const MachineOperand &MO : A.MF.getRegInfo().use_nodbg_operands(LI.reg()))
    if (!MO.isUndef())
      Slots.push_back(A.LIS.getInstructionIndex(*MO.getParent()).getRegSlot());
  std::sort(Slots.begin(), Slots.end());
  Slots.erase(std::unique(Slots.begin(), Slots.end(),
                          [](SlotIndex X, SlotIndex Y) { return SlotIndex::isSameInstr(X, Y); }),
              Slots.end());
  return Slots;
}

namespace {

bool isSplitPoint(const Analyses &A, const MachineInstr &MI, Register Reg) {
  return !MI.isCopy() && !MI.isInlineAsm() && !MI.isCompare() && !MI.registerDefIsDead(Reg, nullptr) &&
         !A.Loops.getLoopFor(MI.getParent());
}

/// What one instruction adds to a spill weight: its expected executions, three times that where it looks like the
/// update of a loop's induction variable.
float instructionWeight(const Analyses &A, const LiveInterval &LI, const MachineInstr &MI) {
  auto [Reads, Writes] = MI.readsWritesVirtualRegister(LI.reg());
  float Weight = LiveIntervals::getSpillWeight(Writes, Reads, &A.MBFI, MI);
  const MachineBasicBlock *MBB = MI.getParent();
  const MachineLoop *Loop = A.Loops.getLoopFor(MBB);
  if (Writes && Loop && Loop->isLoopExiting(MBB) && A.LIS.isLiveOutOfMBB(LI, MBB))
    Weight *= 3;
  return Weight;
}

bool addsNoWeight(const Analyses &A, const MachineInstr &MI) {
  if (MI.isImplicitDef())
    return true;
  auto Copy = A.MF.getSubtarget().getInstrInfo()->isCopyInstr(MI);
  return Copy && Copy->Destination->getReg() == Copy->Source->getReg() &&
         Copy->Destination->getSubReg() == Copy->Source->getSubReg();
}

/// Walks the use slots in order and gives each its positional spill weight.
class PositionalWeights {
public:
  PositionalWeights(const Analyses &A, const LiveInterval &LI, SlotIndex FirstUse)
      : A(A), LI(LI), FirstUse(FirstUse), FirstBlock(A.LIS.getMBBFromIndex(FirstUse)) {
    Scale = compat::isRematerializable(LI, A.LIS, A.VRM, A.MF) ? 0.5f : 1.0f;
    Scale *= compat::spillWeightScale(*A.MF.getSubtarget().getRegisterInfo(), A.MF.getRegInfo().getRegClass(LI.reg()));
  }

  float next(SlotIndex Use, const MachineInstr &MI) {
    if (MI.getParent() != CurrentBlock)
      enterBlock(MI.getParent());
    // weightCalcHelper compares an instruction's base index with Start, so that it leaves out the first use itself.
    if (Use.getBaseIndex() >= Start && !addsNoWeight(A, MI))
      Total += instructionWeight(A, LI, MI);
    return normalizeSpillWeight(Total * Scale, Start.distance(Use), 0);
  }

private:
  void enterBlock(const MachineBasicBlock *MBB) {
    CurrentBlock = MBB;
    Start = MBB == FirstBlock ? FirstUse : A.LIS.getMBBStartIdx(MBB);
    // The artifact is copied in and out of the rest of the interval, once each.
    Total = 2 * LiveIntervals::getSpillWeight(true, false, &A.MBFI, MBB);
  }

  const Analyses &A;
  const LiveInterval &LI;
  SlotIndex FirstUse;
  const MachineBasicBlock *FirstBlock;
  const MachineBasicBlock *CurrentBlock = nullptr;
  SlotIndex Start;
  float Scale;
  float Total = 0;
};

} // namespace

std::vector<UsePoint> collectUsePoints(const Analyses &A, const Positions &P, const LiveInterval &LI) {
  std::vector<SlotIndex> Slots = useSlots(A, LI);
  std::vector<UsePoint> Uses;
  if (Slots.empty())
    return Uses;
  Uses.reserve(Slots.size());
  PositionalWeights Weights(A, LI, Slots.front());
  for (SlotIndex Slot : Slots) {
    const MachineInstr &MI = *A.LIS.getInstructionFromIndex(Slot);
    float Weight = LI.isSpillable() ? Weights.next(Slot, MI) : std::numeric_limits<float>::infinity();
    Uses.push_back({P.instructionAt(Slot), Slots.front().getApproxInstrDistance(Slot), Weight,
                    isSplitPoint(A, MI, LI.reg())});
  }
  return Uses;
}

} // namespace mlra
