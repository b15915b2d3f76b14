//===- Problem.cpp - One function's allocation problem, as plain numbers ------===//
#include "record/Problem.h"

#include "LLVMCompat.h"
#include "record/Blocks.h"
#include "record/FixedRanges.h"
#include "record/GivenRegister.h"
#include "record/InstructionShapes.h"
#include "record/InterferenceGraph.h"
#include "record/Operands.h"
#include "record/PhysicalInterference.h"
#include "record/TargetNames.h"
#include "record/UsePoints.h"
#include "record/Values.h"

#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <limits>

using namespace llvm;

namespace mlra {

namespace {

std::vector<InstructionRange> liveInstructions(const LiveInterval &LI, const Positions &P) {
  std::vector<InstructionRange> Live;
  for (const LiveRange::Segment &S : LI) {
    InstructionRange Range{P.instructionAt(S.start), P.segmentEnd(S.end)};
    if (Range.First == Range.Last)
      continue; // nothing is live behind an instruction here: a block's first instruction reads it for the last time
    if (!Live.empty() && Live.back().Last == Range.First)
      Live.back().Last = Range.Last; // another value in the same register
    else
      Live.push_back(Range);
  }
  return Live;
}

/// Hints in the allocator's order of preference. A hint at a virtual register that has no node is of no use to anybody.
std::vector<int> collectHints(const MachineRegisterInfo &MRI, Register Reg, const NodeNumbers &Numbers) {
  std::vector<int> Hints;
  for (Register Hint : compat::allocationHints(MRI, Reg)) {
    if (Hint.isPhysical())
      Hints.push_back(static_cast<int>(Hint.id()));
    else if (int Node = Numbers.of(Hint); Node >= 0)
      Hints.push_back(-1 - Node);
  }
  return Hints;
}

std::vector<const LiveInterval *> allocatableIntervals(const Analyses &A) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  std::vector<const LiveInterval *> Intervals;
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    if (!MRI.reg_nodbg_empty(Reg) && !isGiven(Reg, A.VRM))
      Intervals.push_back(&A.LIS.getInterval(Reg));
  }
  return Intervals;
}

std::vector<Node> collectNodes(const Analyses &A, const Positions &P, ArrayRef<const LiveInterval *> Intervals,
                               const NodeNumbers &Numbers, const PhysicalInterference &Physical) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  std::vector<Node> Nodes;
  Nodes.reserve(Intervals.size());
  for (const LiveInterval *LI : Intervals)
    Nodes.push_back({LI->reg(), MRI.getRegClass(LI->reg())->getID(),
                     LI->isSpillable() ? LI->weight() : std::numeric_limits<float>::infinity(), LI->getSize(),
                     liveInstructions(*LI, P), collectHints(MRI, LI->reg(), Numbers), Physical.forbidden(*LI),
                     collectUsePoints(A, P, *LI), collectValues(A, P, *LI)});
  return Nodes;
}

std::vector<MCPhysReg> calleeSaved(const MachineRegisterInfo &MRI) {
  std::vector<MCPhysReg> Saved;
  for (const MCPhysReg *Reg = MRI.getCalleeSavedRegs(); Reg && *Reg; ++Reg)
    Saved.push_back(*Reg);
  return Saved;
}

} // namespace

Problem collectProblem(const Analyses &A, const Positions &P, const ModuleMemory &Memory) {
  VirtRegAuxInfo(A.MF, A.LIS, A.VRM, A.Loops, A.MBFI).calculateSpillWeightsAndHints();

  Problem Result;
  Result.Shapes.reserve(P.instructionCount());
  for (const MachineBasicBlock &MBB : A.MF) {
    Result.HasEHPads |= MBB.isEHPad();
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Result.Shapes.push_back(Memory.Shapes.indexOf(MI, A.VRM));
  }
  std::vector<const LiveInterval *> Intervals = allocatableIntervals(A);
  NodeNumbers Numbers(A.MF.getRegInfo(), Intervals);
  PhysicalInterference Physical(A);
  Result.Blocks = collectBlocks(A, P);
  Result.Nodes = collectNodes(A, P, Intervals, Numbers, Physical);
  addOperands(A, P, Numbers, Memory.Folds, Result);
  Result.Fixed = collectFixedRanges(A, P, Physical, Memory.Names);
  Result.Edges = sweepInterference(Intervals);
  Result.Reserved = Memory.Names.reserved(A.MF);
  Result.CalleeSaved = calleeSaved(A.MF.getRegInfo());
  Result.Given = givenRegisters(A.MF.getRegInfo(), A.VRM);
  Result.FirstSlot = A.MF.getFrameInfo().getObjectIndexEnd();
  return Result;
}

} // namespace mlra
