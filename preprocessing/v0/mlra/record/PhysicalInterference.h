//===- PhysicalInterference.h - Registers that are taken before allocation -----===//
#ifndef MLRA_RECORD_PHYSICALINTERFERENCE_H
#define MLRA_RECORD_PHYSICALINTERFERENCE_H

#include "record/Problem.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/CodeGen/LiveInterval.h"

#include <vector>

namespace mlra {

/// Finds, for a virtual register, the registers of its class that fixed live ranges (arguments, results, inline
/// assembly) or a call's clobber mask take away somewhere along its live interval.
class PhysicalInterference {
public:
  explicit PhysicalInterference(const Analyses &A);

  /// In the order of the class; registers that the function reserves are left out, nobody can have those.
  std::vector<llvm::MCPhysReg> forbidden(const llvm::LiveInterval &LI) const;

  struct TakenUnit {
    unsigned Unit;
    const llvm::LiveRange *Range;
  };

  /// Register units with a fixed live range, ascending; those of reserved registers left out.
  const std::vector<TakenUnit> &taken() const { return Taken; }

private:
  llvm::BitVector takenUnits(const llvm::LiveInterval &LI) const;
  bool hasUnitIn(llvm::MCRegister Reg, const llvm::BitVector &Units) const;

  const Analyses &A;
  const llvm::TargetRegisterInfo &TRI;
  std::vector<TakenUnit> Taken;
};

} // namespace mlra

#endif
