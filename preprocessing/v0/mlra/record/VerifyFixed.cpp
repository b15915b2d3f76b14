//===- VerifyFixed.cpp - Which registers are free, from recorded numbers --===//
#include "record/VerifyFixed.h"

#include "LLVMCompat.h"
#include "record/FixedRanges.h"
#include "record/TargetNames.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// Registers of the nodes' classes that the function may use.
std::vector<MCPhysReg> registersOf(const Analyses &A, const Problem &Recorded) {
  const TargetRegisterInfo &TRI = *A.MF.getSubtarget().getRegisterInfo();
  BitVector Used(TRI.getNumRegs()), Classes(TRI.getNumRegClasses());
  for (const Node &N : Recorded.Nodes)
    Classes.set(N.ClassID);
  for (unsigned ClassID : Classes.set_bits())
    for (MCPhysReg Reg : TRI.getRegClass(ClassID)->getRawAllocationOrder(A.MF))
      Used.set(Reg);
  for (MCPhysReg Reg : Recorded.Reserved)
    Used.reset(Reg);
  return std::vector<MCPhysReg>(Used.set_bits_begin(), Used.set_bits_end());
}

/// Says of a register and a position whether the recorded numbers leave it free.
class RecordedFreedom {
public:
  RecordedFreedom(const Analyses &A, const Problem &Recorded)
      : TRI(*A.MF.getSubtarget().getRegisterInfo()), P(Recorded), TakenUntil(TRI.getNumRegUnits(), -1),
        Next(P.Fixed.Units.size()), MaskAt(maskPositions(P)) {}

  /// Positions are asked for in order.
  void moveTo(int NewPosition) {
    Position = NewPosition;
    for (size_t I = 0; I < P.Fixed.Units.size(); ++I) {
      const FixedUnit &F = P.Fixed.Units[I];
      while (Next[I] < F.Live.size() && F.Live[Next[I]] <= Position) {
        TakenUntil[F.Unit] = F.Live[Next[I] + 1];
        Next[I] += 2;
      }
    }
    while (NextMask < MaskAt.size() && MaskAt[NextMask] < Position)
      ++NextMask;
  }

  bool isFree(MCPhysReg Reg) const {
    for (auto Unit : TRI.regunits(Reg))
      if (TakenUntil[compat::unitNumber(Unit)] > Position)
        return false;
    for (size_t I = NextMask; I < MaskAt.size() && MaskAt[I] == Position; ++I)
      if (!P.Fixed.survives(Reg, P.Fixed.Masks[I].Mask, TRI))
        return false;
    return true;
  }

private:
  const TargetRegisterInfo &TRI;
  const Problem &P;
  std::vector<int> TakenUntil; ///< by unit
  std::vector<size_t> Next;    ///< range of each fixed unit
  std::vector<int> MaskAt;
  size_t NextMask = 0;
  int Position = 0;
};

/// LLVM's answer. The live range belongs to a register that does not exist, so that no copy excuses an overlap.
void findFree(const Analyses &A, SlotIndex Start, SlotIndex End, ArrayRef<MCPhysReg> Registers, BitVector &Free) {
  VNInfo::Allocator Memory;
  LiveInterval Point(Register::index2VirtReg(A.MF.getRegInfo().getNumVirtRegs()), 0.0f);
  Point.addSegment(LiveRange::Segment(Start, End, Point.getNextValue(Start, Memory)));
  A.Matrix.invalidateVirtRegs();
  Free.reset();
  for (size_t I = 0; I < Registers.size(); ++I)
    if (A.Matrix.checkInterference(Point, Registers[I]) == LiveRegMatrix::IK_Free)
      Free.set(I);
}

} // namespace

void verifyFixed(const Analyses &A, const Problem &Recorded, const TargetNames &Names, Findings &Found) {
  std::vector<MCPhysReg> Registers = registersOf(A, Recorded);
  RecordedFreedom Freedom(A, Recorded);
  BitVector Free(Registers.size());
  int Position = 0;
  auto Compare = [&](SlotIndex Start, SlotIndex End) {
    findFree(A, Start, End, Registers, Free);
    Freedom.moveTo(Position);
    for (size_t I = 0; I < Registers.size(); ++I)
      if (Freedom.isFree(Registers[I]) != Free.test(I))
        Found.push_back(Names.registerName(Registers[I]) + " is " + (Free.test(I) ? "free" : "taken") +
                        " at position " + std::to_string(Position) + ", but not in the record");
    ++Position;
  };
  for (const MachineBasicBlock &MBB : A.MF) {
    bool IsFirst = true;
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI)) {
        SlotIndex Slot = A.LIS.getInstructionIndex(MI);
        Compare(IsFirst ? A.LIS.getMBBStartIdx(&MBB) : Slot.getRegSlot(/*EC=*/true), Slot.getRegSlot());
        IsFirst = false;
        Compare(Slot.getRegSlot(), Slot.getDeadSlot());
      }
  }
}

} // namespace mlra
