//===- Operands.h - What each operand does with its virtual register ------===//
#ifndef MLRA_RECORD_OPERANDS_H
#define MLRA_RECORD_OPERANDS_H

#include "record/Problem.h"

#include <vector>

namespace mlra {

/// Finds the node of a virtual register.
class NodeNumbers {
public:
  NodeNumbers(const llvm::MachineRegisterInfo &MRI, llvm::ArrayRef<const llvm::LiveInterval *> Intervals);

  /// -1 for a register that is no node.
  int of(llvm::Register Reg) const { return Reg.isVirtual() ? NodeOf[Reg.virtRegIndex()] : -1; }

private:
  std::vector<int> NodeOf; ///< by index of the virtual register
};

/// Adds the function's operands and copies to the problem, whose nodes have their use points: these get their flags.
void addOperands(const Analyses &A, const Positions &P, const NodeNumbers &Numbers, FoldTrials &Folds,
                 Problem &Result);

} // namespace mlra

#endif
