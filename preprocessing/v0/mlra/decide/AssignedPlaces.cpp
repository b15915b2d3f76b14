//===- AssignedPlaces.cpp - Registers that decisions gave out -------------===//
#include "decide/AssignedPlaces.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

void AssignedPlaces::assign(Register Reg, MCRegister Place) {
  A.Matrix.assign(A.LIS.getInterval(Reg), Place);
  PlaceOf[Reg] = Place;
}

bool AssignedPlaces::isPlaced(Register Reg) const {
  return !A.MF.getRegInfo().reg_nodbg_empty(Reg) && A.VRM.hasPhys(Reg);
}

/// Greedy's last step gives copy-related registers new places, decided ones too, and asks no advisor. One that goes
/// back may free the place of another.
void AssignedPlaces::restoreMoved(Tally &Count) {
  for (bool HasProgress = true; HasProgress;) {
    HasProgress = false;
    for (auto [Reg, Place] : PlaceOf) {
      if (!isPlaced(Reg) || A.VRM.getPhys(Reg) == Place)
        continue;
      LiveInterval &LI = A.LIS.getInterval(Reg);
      MCRegister Now = A.VRM.getPhys(Reg);
      A.Matrix.unassign(LI);
      A.Matrix.invalidateVirtRegs();
      bool IsFree = A.Matrix.checkInterference(LI, Place) == LiveRegMatrix::IK_Free;
      A.Matrix.assign(LI, IsFree ? Place : Now);
      Count.Restored += IsFree;
      HasProgress |= IsFree;
    }
  }
}

void AssignedPlaces::countKept(Tally &Count) const {
  for (auto [Reg, Place] : PlaceOf) {
    if (!isPlaced(Reg))
      ++Count.Lost;
    else
      ++(A.VRM.getPhys(Reg) == Place ? Count.Kept : Count.Moved);
  }
}

} // namespace mlra
