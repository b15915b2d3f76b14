//===- Problem.cpp - One function's allocation problem, as plain numbers ------===//
#include "record/Problem.h"

#include "LLVMCompat.h"
#include "record/GivenRegister.h"
#include "record/InstructionShapes.h"
#include "record/InterferenceGraph.h"
#include "record/PhysicalInterference.h"
#include "record/TargetNames.h"
#include "record/UsePoints.h"

#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <limits>

using namespace llvm;

namespace mlra {

namespace {

std::vector<Block> collectBlocks(const Analyses &A, const Positions &P) {
  DenseMap<const MachineBasicBlock *, int> IndexOf;
  for (const MachineBasicBlock &MBB : A.MF)
    IndexOf.try_emplace(&MBB, static_cast<int>(IndexOf.size()));
  std::vector<Block> Blocks;
  Blocks.reserve(IndexOf.size());
  for (const MachineBasicBlock &MBB : A.MF) {
    Block B{P.blockStarts()[Blocks.size()], A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB),
            A.Loops.getLoopDepth(&MBB), {}};
    for (const MachineBasicBlock *Successor : MBB.successors())
      B.Successors.push_back(IndexOf.lookup(Successor));
    std::sort(B.Successors.begin(), B.Successors.end());
    Blocks.push_back(std::move(B));
  }
  return Blocks;
}

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

using NodeOfRegister = DenseMap<Register, int>;

/// Hints in the allocator's order of preference. A hint at a virtual register that has no node is of no use to anybody.
std::vector<int> collectHints(const MachineRegisterInfo &MRI, Register Reg, const NodeOfRegister &NodeOf) {
  std::vector<int> Hints;
  for (Register Hint : compat::allocationHints(MRI, Reg)) {
    if (Hint.isPhysical()) {
      Hints.push_back(static_cast<int>(Hint.id()));
    } else if (Hint.isVirtual()) {
      auto Found = NodeOf.find(Hint);
      if (Found != NodeOf.end())
        Hints.push_back(-1 - Found->second);
    }
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

std::vector<Node> collectNodes(const Analyses &A, const Positions &P,
                               ArrayRef<const LiveInterval *> Intervals) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  NodeOfRegister NodeOf;
  for (const LiveInterval *LI : Intervals)
    NodeOf.try_emplace(LI->reg(), static_cast<int>(NodeOf.size()));
  PhysicalInterference Physical(A);
  std::vector<Node> Nodes;
  Nodes.reserve(Intervals.size());
  for (const LiveInterval *LI : Intervals)
    Nodes.push_back({LI->reg(), MRI.getRegClass(LI->reg())->getID(),
                     LI->isSpillable() ? LI->weight() : std::numeric_limits<float>::infinity(), LI->getSize(),
                     liveInstructions(*LI, P), collectHints(MRI, LI->reg(), NodeOf), Physical.forbidden(*LI),
                     collectUsePoints(A, P, *LI)});
  return Nodes;
}

} // namespace

Problem collectProblem(const Analyses &A, const Positions &P, const TargetNames &Names, InstructionShapes &Shapes) {
  VirtRegAuxInfo(A.MF, A.LIS, A.VRM, A.Loops, A.MBFI).calculateSpillWeightsAndHints();

  Problem Result;
  Result.Shapes.reserve(P.instructionCount());
  for (const MachineBasicBlock &MBB : A.MF) {
    Result.HasEHPads |= MBB.isEHPad();
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Result.Shapes.push_back(Shapes.indexOf(MI, A.VRM));
  }
  std::vector<const LiveInterval *> Intervals = allocatableIntervals(A);
  Result.Blocks = collectBlocks(A, P);
  Result.Nodes = collectNodes(A, P, Intervals);
  Result.Edges = sweepInterference(Intervals);
  Result.Reserved = Names.reserved(A.MF);
  Result.Given = givenRegisters(A.MF.getRegInfo(), A.VRM);
  Result.FirstSlot = A.MF.getFrameInfo().getObjectIndexEnd();
  return Result;
}

} // namespace mlra
