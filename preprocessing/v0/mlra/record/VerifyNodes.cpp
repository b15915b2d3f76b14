//===- VerifyNodes.cpp - Edges, weights, folds, forbidden registers -------===//
#include "record/VerifyNodes.h"

#include "LLVMCompat.h"
#include "record/Flags.h"
#include "record/FoldTrials.h"
#include "record/InterferenceGraph.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace llvm;

namespace mlra {

namespace {

/// Gives access to the protected weightCalcHelper.
class ReferenceWeights : public VirtRegAuxInfo {
public:
  using VirtRegAuxInfo::VirtRegAuxInfo;
  float between(LiveInterval &LI, SlotIndex Start, SlotIndex End) {
    float Weight = weightCalcHelper(LI, &Start, &End);
    return Weight < 0 ? std::numeric_limits<float>::infinity() : Weight;
  }
};

bool isClose(float A, float B) { return A == B || std::fabs(A - B) <= 1e-5f * std::max(std::fabs(A), std::fabs(B)); }

void verifyEdges(const Analyses &A, const Problem &Recorded, Findings &Found) {
  std::vector<const LiveInterval *> Intervals;
  for (const Node &N : Recorded.Nodes)
    Intervals.push_back(&A.LIS.getInterval(N.Reg));
  std::vector<Edge> Expected = compareAllPairs(Intervals);
  if (Expected == Recorded.Edges)
    return;
  std::vector<Edge> Differing;
  std::set_symmetric_difference(Expected.begin(), Expected.end(), Recorded.Edges.begin(), Recorded.Edges.end(),
                                std::back_inserter(Differing));
  for (Edge E : Differing)
    Found.push_back("edge " + nameOf(Recorded.Nodes[E.first].Reg) + " -- " + nameOf(Recorded.Nodes[E.second].Reg) +
                    (std::binary_search(Expected.begin(), Expected.end(), E) ? " is missing" : " does not exist"));
}

/// The slot at which an instruction first touches a register: before its other reads where it writes it early.
SlotIndex touchedAt(const Analyses &A, const MachineInstr &MI, Register Reg) {
  bool IsEarly = any_of(MI.all_defs(), [&](const MachineOperand &MO) {
    return MO.getReg() == Reg && MO.isEarlyClobber();
  });
  return A.LIS.getInstructionIndex(MI).getRegSlot(IsEarly);
}

using Code = std::vector<MachineInstr *>;

Code instructionsOf(MachineFunction &MF) {
  Code Instructions;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Instructions.push_back(&MI);
  return Instructions;
}

void verifyWeights(const Analyses &A, const Problem &Recorded, const Code &Instructions, Findings &Found) {
  ReferenceWeights Reference(A.MF, A.LIS, A.VRM, A.Loops, A.MBFI);
  for (const Node &N : Recorded.Nodes)
    for (const UsePoint &Use : N.Uses) {
      const MachineInstr &FirstMI = *Instructions[N.Uses.front().Instruction];
      const MachineInstr &MI = *Instructions[Use.Instruction];
      SlotIndex Start = FirstMI.getParent() == MI.getParent() ? touchedAt(A, FirstMI, N.Reg)
                                                              : A.LIS.getMBBStartIdx(MI.getParent());
      float Expected = Reference.between(A.LIS.getInterval(N.Reg), Start, touchedAt(A, MI, N.Reg));
      if (!isClose(Expected, Use.SpillWeight))
        Found.push_back("positional weight of " + nameOf(N.Reg) + " at instruction " +
                        std::to_string(Use.Instruction) + " is " + exactly(Use.SpillWeight) + ", not " +
                        exactly(Expected));
    }
}

void verifyMatrix(const Analyses &A, const Problem &Recorded, Findings &Found) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  for (const Node &N : Recorded.Nodes) {
    const LiveInterval &LI = A.LIS.getInterval(N.Reg);
    std::vector<MCPhysReg> Expected;
    for (MCPhysReg Reg : MRI.getRegClass(N.Reg)->getRawAllocationOrder(A.MF))
      if (!MRI.isReserved(Reg) && !LI.empty() && A.Matrix.checkInterference(LI, Reg) != LiveRegMatrix::IK_Free)
        Expected.push_back(Reg);
    if (Expected != N.Forbidden)
      Found.push_back("forbidden registers of " + nameOf(N.Reg) + ": " + std::to_string(N.Forbidden.size()) +
                      " recorded, LiveRegMatrix has " + std::to_string(Expected.size()));
  }
}

/// What was recorded may be the answer for another instruction that looks the same.
void verifyFolds(const Analyses &A, const Problem &Recorded, const Code &Instructions, Findings &Found) {
  FoldTrials Nothing;
  FunctionFolds Folds(A, Nothing);
  SmallVector<unsigned, 4> Operands;
  for (const Node &N : Recorded.Nodes)
    for (const UsePoint &Use : N.Uses) {
      MachineInstr &MI = *Instructions[Use.Instruction];
      Operands.clear();
      for (unsigned Index = 0; Index < MI.getNumOperands(); ++Index)
        if (MI.getOperand(Index).isReg() && MI.getOperand(Index).getReg() == N.Reg)
          Operands.push_back(Index);
      Folds.select(MI);
      bool IsFoldable = Use.Flags & UseFlag::Foldable;
      if (Folds.tryFold(Operands) != IsFoldable)
        Found.push_back(nameOf(N.Reg) + " counts as " + (IsFoldable ? "" : "not ") + "foldable at instruction " +
                        std::to_string(Use.Instruction));
    }
}

} // namespace

void verifyNodes(const Analyses &A, const Problem &Recorded, Findings &Found) {
  Code Instructions = instructionsOf(A.MF);
  verifyEdges(A, Recorded, Found);
  verifyWeights(A, Recorded, Instructions, Found);
  verifyMatrix(A, Recorded, Found);
  verifyFolds(A, Recorded, Instructions, Found);
}

} // namespace mlra
