//===- TargetNames.h - Facts of a register file that are asked for all the time -===//
#ifndef MLRA_RECORD_TARGETNAMES_H
#define MLRA_RECORD_TARGETNAMES_H

#include "record/RegisterMasks.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/CodeGen/MachineFunction.h"

#include <string>
#include <vector>

namespace mlra {

/// Spelled once a module: printing a register through llvm::printReg builds and lowers its name each time.
class TargetNames {
public:
  explicit TargetNames(const llvm::TargetRegisterInfo &TRI);

  /// `$rax`; `$noreg` for register 0.
  const std::string &registerName(unsigned Reg) const { return Registers[Reg]; }

  /// `gr64`, by class number.
  const std::string &className(unsigned ClassID) const { return Classes[ClassID]; }

  /// The registers of the function that it may not use at all, among those that belong to an allocatable class; ascending.
  std::vector<llvm::MCPhysReg> reserved(const llvm::MachineFunction &MF) const;

  /// Whether a register of an allocatable class has that unit.
  bool isAllocatableUnit(unsigned Unit) const { return Units.test(Unit); }

  const RegisterMasks &masks() const { return Masks; }

private:
  std::vector<std::string> Registers;
  std::vector<std::string> Classes;
  std::vector<llvm::MCPhysReg> Members; ///< of the allocatable classes, ascending
  llvm::BitVector Units;                ///< of these
  RegisterMasks Masks;
};

} // namespace mlra

#endif
