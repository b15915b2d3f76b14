//===- OrderColumns.h - Registers as columns of an allocation order -------===//
#ifndef MLRA_ADVISE_ORDERCOLUMNS_H
#define MLRA_ADVISE_ORDERCOLUMNS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/MC/MCRegister.h"

namespace llvm {
class AllocationOrder;
class LiveInterval;
class MachineRegisterInfo;
class RegisterClassInfo;
} // namespace llvm

namespace mlra {

/// The columns of LLVM's eviction features: the hints, then the rest of the allocation order.
class OrderColumns {
public:
  static constexpr unsigned Candidate = 32; ///< the column of the register that seeks a place: evict nothing

  OrderColumns(const llvm::AllocationOrder &Order, const llvm::LiveInterval &LI, const llvm::MachineRegisterInfo &MRI,
               const llvm::RegisterClassInfo &Classes);

  /// Whether all registers of the order have a column: LLVM writes beyond its features where one has not.
  bool fit() const { return Registers.size() <= Candidate; }

  /// The column of a register of the order; of none, the candidate's.
  unsigned columnOf(llvm::MCRegister Reg) const;

  /// The register of a column of the order; none for the candidate's.
  llvm::MCRegister at(unsigned Column) const;

private:
  llvm::SmallVector<llvm::MCPhysReg, 40> Registers;
};

} // namespace mlra

#endif
