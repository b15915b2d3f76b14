//===- GivenRegister.h - Registers that were given before the allocator runs --===//
//
// X86 allocates its tile registers in a pass of their own, and leaves their virtual registers in the code. For the
// allocator that is recorded these are physical registers: no nodes, and text and shapes name them so.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_GIVENREGISTER_H
#define MLRA_RECORD_GIVENREGISTER_H

#include "llvm/ADT/DenseSet.h"
#include "llvm/CodeGen/MachineOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/VirtRegMap.h"

namespace mlra {

/// Only before the allocator runs.
inline bool isGiven(llvm::Register Reg, const llvm::VirtRegMap &VRM) { return Reg.isVirtual() && VRM.hasPhys(Reg); }

/// The operand's register, or the physical one that was given to it.
llvm::Register givenRegister(const llvm::MachineOperand &MO, const llvm::VirtRegMap &VRM);

/// All virtual registers that have their register.
llvm::DenseSet<llvm::Register> givenRegisters(const llvm::MachineRegisterInfo &MRI, const llvm::VirtRegMap &VRM);

} // namespace mlra

#endif
