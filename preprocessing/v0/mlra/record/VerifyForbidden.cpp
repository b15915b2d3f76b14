//===- VerifyForbidden.cpp - Forbidden registers, by recorded numbers -----===//
#include "record/VerifyForbidden.h"

#include "LLVMCompat.h"
#include "record/FixedRanges.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

struct Range {
  int First, Last;
};

class Reader {
public:
  Reader(const Analyses &A, const Problem &Recorded)
      : A(A), TRI(*A.MF.getSubtarget().getRegisterInfo()), R(Recorded), MaskAt(maskPositions(R)) {}

  std::vector<MCPhysReg> forbidden(int Node, ArrayRef<Range> Life) const {
    const MachineRegisterInfo &MRI = A.MF.getRegInfo();
    SmallVector<std::pair<unsigned, int>, 16> Overlaps; // unit, position at which the later of the two begins
    for (const FixedUnit &F : R.Fixed.Units)
      collectOverlaps(F, Life, Overlaps);
    std::vector<MCPhysReg> Forbidden;
    for (MCPhysReg Reg : TRI.getRegClass(R.Nodes[Node].ClassID)->getRawAllocationOrder(A.MF))
      if (!MRI.isReserved(Reg) && (isClobbered(Reg, Life) || any_of(Overlaps, [&](auto Overlap) {
                                     return hasUnit(Reg, Overlap.first) && !isCopy(Overlap.second, Node, Reg);
                                   })))
        Forbidden.push_back(Reg);
    return Forbidden;
  }

private:
  static void collectOverlaps(const FixedUnit &F, ArrayRef<Range> Life,
                              SmallVectorImpl<std::pair<unsigned, int>> &Overlaps) {
    size_t I = 0;
    for (size_t J = 0; J < F.Live.size() && I < Life.size();) {
      if (F.Live[J] < Life[I].Last && Life[I].First < F.Live[J + 1])
        Overlaps.push_back({F.Unit, std::max(F.Live[J], Life[I].First)});
      if (F.Live[J + 1] < Life[I].Last)
        J += 2;
      else
        ++I;
    }
  }

  bool hasUnit(MCPhysReg Reg, unsigned Unit) const {
    return any_of(TRI.regunits(Reg), [&](auto Other) { return compat::unitNumber(Other) == Unit; });
  }

  /// Whether the instruction in front of the position copies the node to the register, or the other way round.
  bool isCopy(int Position, int Node, MCPhysReg Reg) const {
    auto It = std::lower_bound(R.Copies.begin(), R.Copies.end(), Position / 2,
                               [](const NodeCopy &C, int Instruction) { return C.Instruction < Instruction; });
    if (Position % 2 == 0 || It == R.Copies.end() || It->Instruction != Position / 2)
      return false;
    const CopyEnd &Own = It->To.Place == -1 - Node ? It->To : It->From;
    const CopyEnd &Other = It->To.Place == -1 - Node ? It->From : It->To;
    MCRegister Part = Own.SubReg ? TRI.getSubReg(Reg, Own.SubReg) : MCRegister(Reg);
    return Own.Place == -1 - Node && Other.Place == static_cast<int>(Part.id());
  }

  bool isClobbered(MCPhysReg Reg, ArrayRef<Range> Life) const {
    for (size_t I = 0; I < MaskAt.size(); ++I)
      if (any_of(Life, [&](Range L) { return L.First <= MaskAt[I] && MaskAt[I] < L.Last; }) &&
          !R.Fixed.survives(Reg, R.Fixed.Masks[I].Mask, TRI))
        return true;
    return false;
  }

  const Analyses &A;
  const TargetRegisterInfo &TRI;
  const Problem &R;
  std::vector<int> MaskAt;
};

/// What a statepoint records of a value must survive it, although the value ends there: the record does not tell.
bool isNamedByStatepoint(const Analyses &A, Register Reg) {
  return any_of(A.MF.getRegInfo().use_nodbg_instructions(Reg),
                [](const MachineInstr &MI) { return MI.getOpcode() == TargetOpcode::STATEPOINT; });
}

} // namespace

void verifyForbidden(const Analyses &A, const Positions &P, const Problem &Recorded, Findings &Found) {
  Reader Reads(A, Recorded);
  for (size_t I = 0; I < Recorded.Nodes.size(); ++I) {
    const Node &N = Recorded.Nodes[I];
    if (isNamedByStatepoint(A, N.Reg))
      continue;
    std::vector<Range> Life; // one range a value
    for (const LiveRange::Segment &S : A.LIS.getInterval(N.Reg))
      if (Range L{P.positionOfBegin(S.start), P.positionOfEnd(S.end)}; L.First < L.Last)
        Life.push_back(L);
    if (std::vector<MCPhysReg> Read = Reads.forbidden(static_cast<int>(I), Life); Read != N.Forbidden)
      Found.push_back("forbidden registers of " + nameOf(N.Reg) + ": " + std::to_string(N.Forbidden.size()) +
                      " recorded, fixed ranges, masks and copies give " + std::to_string(Read.size()));
  }
}

} // namespace mlra
