//===- GivenRegister.h - Registers that were given before the allocator runs --===//
//
// X86 allocates its tile registers in a pass of their own, and leaves their virtual registers in the code. For the
// allocator that is recorded these are physical registers: no nodes, and text and shapes name them so.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_GIVENREGISTER_H
#define MLRA_RECORD_GIVENREGISTER_H

#include "llvm/CodeGen/MachineOperand.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/VirtRegMap.h"

namespace mlra {

inline bool isGiven(llvm::Register Reg, const llvm::VirtRegMap &VRM) { return Reg.isVirtual() && VRM.hasPhys(Reg); }

/// The operand's register, or the physical one that was given to it. Only before the allocator runs.
inline llvm::Register givenRegister(const llvm::MachineOperand &MO, const llvm::VirtRegMap &VRM) {
  llvm::Register Reg = MO.getReg();
  if (!isGiven(Reg, VRM))
    return Reg;
  llvm::MCRegister Given = VRM.getPhys(Reg);
  return MO.getSubReg() ? llvm::Register(VRM.getTargetRegInfo().getSubReg(Given, MO.getSubReg()))
                        : llvm::Register(Given);
}

} // namespace mlra

#endif
