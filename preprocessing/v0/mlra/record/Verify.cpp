//===- Verify.cpp - -mlra-verify: every fact once more, another way ------------===//
#include "record/Verify.h"

#include "LLVMCompat.h"
#include "record/InterferenceGraph.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace llvm;

namespace mlra {

namespace {

using Findings = std::vector<std::string>;

/// With as many digits as a float has: weights may differ in the last one.
std::string exactly(float Number) {
  char Digits[32];
  return std::string(Digits, std::to_chars(Digits, Digits + sizeof(Digits), Number).ptr);
}

std::string nameOf(Register Reg) { return "%" + std::to_string(Reg.virtRegIndex()); }

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

void verifyWeights(const Analyses &A, const Problem &Recorded, Findings &Found) {
  ReferenceWeights Reference(A.MF, A.LIS, A.VRM, A.Loops, A.MBFI);
  std::vector<const MachineInstr *> Instructions;
  for (const MachineBasicBlock &MBB : A.MF)
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Instructions.push_back(&MI);
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

void verifyForbidden(const Analyses &A, const Problem &Recorded, Findings &Found) {
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

/// A virtual register in the physical one that it was given.
struct Placed {
  const LiveInterval &LI;
  MCRegister Reg;
};

/// With subregister liveness, each lane lives by itself.
bool overlapInLanes(const Placed &X, LaneBitmask LanesOfX, const Placed &Y, LaneBitmask LanesOfY) {
  if (X.LI.hasSubRanges())
    return any_of(X.LI.subranges(), [&](const LiveInterval::SubRange &S) {
      if ((S.LaneMask & LanesOfX).none())
        return false;
      if (!Y.LI.hasSubRanges())
        return S.overlaps(Y.LI);
      return any_of(Y.LI.subranges(), [&](const LiveInterval::SubRange &T) {
        return (T.LaneMask & LanesOfY).any() && S.overlaps(T);
      });
    });
  return Y.LI.hasSubRanges() ? overlapInLanes(Y, LanesOfY, X, LanesOfX) : X.LI.overlaps(Y.LI);
}

bool shareUnit(const Placed &X, const Placed &Y, const TargetRegisterInfo &TRI) {
  for (MCRegUnitMaskIterator UnitOfX(X.Reg, &TRI); UnitOfX.isValid(); ++UnitOfX)
    for (MCRegUnitMaskIterator UnitOfY(Y.Reg, &TRI); UnitOfY.isValid(); ++UnitOfY)
      if ((*UnitOfX).first == (*UnitOfY).first && overlapInLanes(X, (*UnitOfX).second, Y, (*UnitOfY).second))
        return true;
  return false;
}

void verifyNoSharedUnit(const Analyses &A, Findings &Found) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  const TargetRegisterInfo &TRI = *A.MF.getSubtarget().getRegisterInfo();
  std::vector<const LiveInterval *> Intervals;
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    if (!MRI.reg_nodbg_empty(Reg) && A.VRM.hasPhys(Reg))
      Intervals.push_back(&A.LIS.getInterval(Reg));
  }
  for (Edge E : compareAllPairs(Intervals)) {
    const LiveInterval &U = *Intervals[E.first], &V = *Intervals[E.second];
    MCRegister X = A.VRM.getPhys(U.reg()), Y = A.VRM.getPhys(V.reg());
    if (shareUnit({U, X}, {V, Y}, TRI))
      Found.push_back(nameOf(U.reg()) + " and " + nameOf(V.reg()) + " are live at once in " + TRI.getName(X) +
                      " and " + TRI.getName(Y));
  }
}

/// The allocator computed the weights again. It leaves that of a register alone that it assigns as it is.
void verifyWeightUsed(const Analyses &A, const Node &N, Findings &Found) {
  if (!A.VRM.hasPhys(N.Reg))
    return; // another register holds all of it now
  const LiveInterval &LI = A.LIS.getInterval(N.Reg);
  if (LI.getSize() == N.Size && LI.isSpillable() && LI.weight() != N.SpillWeight)
    Found.push_back("spill weight of " + nameOf(N.Reg) + " is " + exactly(N.SpillWeight) +
                    ", the allocator worked with " + exactly(LI.weight()));
}

} // namespace

std::vector<std::string> verifyProblem(const Analyses &A, const Problem &Recorded) {
  Findings Found;
  verifyEdges(A, Recorded, Found);
  verifyWeights(A, Recorded, Found);
  verifyForbidden(A, Recorded, Found);
  return Found;
}

std::vector<std::string> verifyAllocation(const Analyses &A, const Problem &Recorded, const Outcome &Result) {
  Findings Found;
  verifyNoSharedUnit(A, Found);
  for (size_t I = 0; I < Recorded.Nodes.size(); ++I) {
    const Node &N = Recorded.Nodes[I];
    const NodeOutcome &O = Result.Nodes[I];
    if (O.Kind != Fate::Assigned)
      continue;
    if (!O.Assigned)
      Found.push_back(nameOf(N.Reg) + " counts as assigned but has no register");
    if (std::count(N.Forbidden.begin(), N.Forbidden.end(), O.Assigned))
      Found.push_back(nameOf(N.Reg) + " was given a register that counts as forbidden");
    verifyWeightUsed(A, N, Found);
  }
  return Found;
}

} // namespace mlra
