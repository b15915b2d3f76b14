//===- Spilling.cpp - Registers spilled in front of greedy ----------------===//
#include "decide/Spilling.h"

using namespace llvm;

namespace mlra {

Spilling::Spilling(MachineFunctionPass &Allocator, const Analyses &A)
    : Allocator(Allocator), A(A), DebugVariables(compat::debugVariables(Allocator)),
      Weights(A.MF, A.LIS, A.VRM, A.Loops, A.MBFI) {
  renew();
}

void Spilling::renew() { Inner = compat::createSpiller(Allocator, A.MF, A.VRM, Weights, A.Matrix); }

std::string Spilling::spill(Register Reg) {
  LiveInterval &LI = A.LIS.getInterval(Reg);
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  if (!LI.isSpillable())
    return "it cannot be spilled";
  if (compat::copyCost(*MRI.getRegClass(Reg)) < 0)
    return "its class cannot be stored";
  for (const MachineInstr &MI : MRI.def_instructions(Reg))
    if (MI.isTerminator())
      return "a terminator defines it";
  SmallVector<Register, 8> New;
  LiveRangeEdit Edit(&LI, New, A.MF, A.LIS, &A.VRM, this, &Dead);
  Inner->spill(Edit);
  DebugVariables.splitRegister(Reg, Edit.regs(), A.LIS);
  A.Matrix.invalidateVirtRegs();
  return "";
}

void Spilling::announceSplit(Register Reg, ArrayRef<Register> Pieces) {
  for (Register Piece : Pieces)
    Weights.calculateSpillWeightAndHint(A.LIS.getInterval(Piece));
  DebugVariables.splitRegister(Reg, Pieces, A.LIS);
  A.Matrix.invalidateVirtRegs();
}

bool Spilling::isLeftover(Register Reg) const {
  auto Definitions = A.MF.getRegInfo().def_instructions(Reg);
  return !Definitions.empty() && Dead.contains(&*Definitions.begin());
}

void Spilling::end() {
  Inner->postOptimization();
  for (MachineInstr *MI : Dead) {
    A.LIS.RemoveMachineInstrFromMaps(*MI);
    MI->eraseFromParent();
  }
  Dead.clear();
  renew(); // one that has nothing left to merge
  A.Matrix.invalidateVirtRegs();
}

} // namespace mlra
