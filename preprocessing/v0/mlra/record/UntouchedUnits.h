//===- UntouchedUnits.h - Register units as if nobody had asked -----------===//
//
// LiveIntervals computes where a register unit lives when it is first asked for, and clears the kill flags of its
// registers on the way. Those of units that the allocator never asks for (flags) stay cleared, and later passes read
// them: X86's rewriting of LEA adds only where the flags are dead.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_UNTOUCHEDUNITS_H
#define MLRA_RECORD_UNTOUCHEDUNITS_H

#include "llvm/ADT/BitVector.h"
#include "llvm/CodeGen/LiveIntervals.h"

#include <vector>

namespace mlra {

/// When it is destroyed, units that had no live range have none, and uses of physical registers kill as they did.
class UntouchedUnits {
public:
  UntouchedUnits(llvm::MachineFunction &MF, llvm::LiveIntervals &LIS);
  ~UntouchedUnits();

private:
  llvm::MachineFunction &MF;
  llvm::LiveIntervals &LIS;
  llvm::BitVector Known;
  std::vector<llvm::MachineOperand *> Kills;
};

} // namespace mlra

#endif
