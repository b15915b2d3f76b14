//===- FixedRanges.cpp - Where registers are taken before allocation ------===//
#include "record/FixedRanges.h"

#include "LLVMCompat.h"
#include "record/Flags.h"
#include "record/GivenRegister.h"
#include "record/TargetNames.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

/// Ranges that touch stay apart: where one begins, a register is written, and a copy may excuse what overlaps it.
std::vector<int> positionsOf(const LiveRange &Range, const Positions &P) {
  std::vector<int> Live;
  for (const LiveRange::Segment &S : Range)
    if (int First = P.positionOfBegin(S.start), Last = P.positionOfEnd(S.end); First < Last)
      Live.push_back(First), Live.push_back(Last);
  return Live;
}

/// Both are first, last, first, last, …; so is the result, ascending.
std::vector<int> merged(const std::vector<int> &X, const std::vector<int> &Y) {
  std::vector<std::pair<int, int>> Ranges;
  for (const std::vector<int> *Live : {&X, &Y})
    for (size_t I = 0; I < Live->size(); I += 2)
      Ranges.push_back({(*Live)[I], (*Live)[I + 1]});
  std::sort(Ranges.begin(), Ranges.end());
  std::vector<int> Result;
  for (auto [First, Last] : Ranges)
    Result.push_back(First), Result.push_back(Last);
  return Result;
}

/// A register that was given before takes the units of the one that it got, as if the code named that.
void addGiven(const Analyses &A, const Positions &P, std::vector<FixedUnit> &Units) {
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  const TargetRegisterInfo &TRI = *A.MF.getSubtarget().getRegisterInfo();
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    if (!isGiven(Reg, A.VRM) || MRI.reg_nodbg_empty(Reg))
      continue;
    std::vector<int> Live = positionsOf(A.LIS.getInterval(Reg), P);
    for (auto RegUnit : TRI.regunits(A.VRM.getPhys(Reg))) {
      unsigned Unit = compat::unitNumber(RegUnit);
      auto It = std::lower_bound(Units.begin(), Units.end(), Unit,
                                 [](const FixedUnit &F, unsigned Number) { return F.Unit < Number; });
      if (It == Units.end() || It->Unit != Unit)
        It = Units.insert(It, {Unit, {}});
      It->Live = merged(It->Live, Live);
    }
  }
}

/// Masks by number. The few that are made for a function are compared by what they hold: each has memory of its own.
class MaskNumbers {
public:
  MaskNumbers(const RegisterMasks &Known, std::vector<std::vector<MCPhysReg>> &Own) : Known(Known), Own(Own) {}

  int of(const uint32_t *Mask) {
    auto [Found, IsNew] = NumberOf.try_emplace(Mask, 0);
    if (IsNew)
      Found->second = find(Mask);
    return Found->second;
  }

private:
  int find(const uint32_t *Mask) {
    if (int Number = Known.find(Mask); Number >= 0)
      return Number;
    std::vector<MCPhysReg> Preserved = Known.preserved(Mask);
    auto Same = std::find(Own.begin(), Own.end(), Preserved);
    int Place = static_cast<int>(Same - Own.begin());
    if (Same == Own.end())
      Own.push_back(std::move(Preserved));
    return -1 - Place;
  }

  const RegisterMasks &Known;
  std::vector<std::vector<MCPhysReg>> &Own;
  DenseMap<const uint32_t *, int> NumberOf;
};

} // namespace

std::vector<int> maskPositions(const Problem &P) {
  DenseSet<int> Entries;
  for (const Block &B : P.Blocks)
    if (B.Flags & BlockFlag::LandingPad)
      Entries.insert(B.FirstInstruction);
  std::vector<int> Found;
  for (const MaskUse &M : P.Fixed.Masks)
    Found.push_back(2 * M.Instruction + !Entries.contains(M.Instruction));
  return Found;
}

bool FixedRanges::survives(MCPhysReg Reg, int Mask, const TargetRegisterInfo &TRI) const {
  if (Mask >= 0)
    return !MachineOperand::clobbersPhysReg(TRI.getRegMasks()[Mask], Reg);
  return std::binary_search(Preserved[-1 - Mask].begin(), Preserved[-1 - Mask].end(), Reg);
}

FixedRanges collectFixedRanges(const Analyses &A, const Positions &P, const PhysicalInterference &Physical,
                               const TargetNames &Names) {
  FixedRanges Result;
  for (const PhysicalInterference::TakenUnit &Taken : Physical.taken())
    if (Names.isAllocatableUnit(Taken.Unit))
      if (std::vector<int> Live = positionsOf(*Taken.Range, P); !Live.empty())
        Result.Units.push_back({Taken.Unit, std::move(Live)});
  addGiven(A, P, Result.Units);
  MaskNumbers Numbers(Names.masks(), Result.Preserved);
  ArrayRef<SlotIndex> Slots = A.LIS.getRegMaskSlots();
  ArrayRef<const uint32_t *> Masks = A.LIS.getRegMaskBits();
  Result.Masks.reserve(Slots.size());
  for (size_t I = 0; I < Slots.size(); ++I)
    Result.Masks.push_back({P.instructionAt(Slots[I]), Numbers.of(Masks[I])});
  return Result;
}

} // namespace mlra
