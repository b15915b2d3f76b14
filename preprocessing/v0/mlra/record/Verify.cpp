//===- Verify.cpp - -mlra-verify: every fact once more, another way ------------===//
#include "record/Verify.h"

#include "LLVMCompat.h"
#include "record/InterferenceGraph.h"
#include "record/VerifyFixed.h"
#include "record/VerifyForbidden.h"
#include "record/VerifyLiveness.h"
#include "record/VerifyNodes.h"
#include "record/VerifyValues.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

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

Findings verifyProblem(const Analyses &A, const Positions &P, const Problem &Recorded, const TargetNames &Names) {
  Findings Found;
  verifyNodes(A, Recorded, Found);
  verifyLiveness(A, P, Recorded, Found);
  verifyValues(A, Recorded, Found);
  verifyFixed(A, Recorded, Names, Found);
  verifyForbidden(A, P, Recorded, Found);
  return Found;
}

Findings verifyAllocation(const Analyses &A, const Problem &Recorded, const Outcome &Result, bool IsDecided) {
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
    if (!IsDecided)
      verifyWeightUsed(A, N, Found);
  }
  return Found;
}

} // namespace mlra
