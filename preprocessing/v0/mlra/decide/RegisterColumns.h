//===- RegisterColumns.h - The registers that a policy's scores stand for ------===//
#ifndef MLRA_DECIDE_REGISTERCOLUMNS_H
#define MLRA_DECIDE_REGISTERCOLUMNS_H

#include "record/Problem.h"

#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace mlra {

/// R registers; "column" k is the k-th. The same as RegisterFile of rl4real_data/allocation/register_file.py unless a
/// model names its registers.
class RegisterColumns {
public:
  /// Those of all allocatable classes, in ascending number.
  explicit RegisterColumns(const llvm::MachineFunction &MF);

  /// Those that a model names, in its order. "" or which one the target does not have.
  std::string rename(const llvm::MachineFunction &MF, llvm::ArrayRef<std::string> Names);

  const std::vector<llvm::MCPhysReg> &registers() const { return Registers; }

  /// (nodes, R): the node's class without the reserved and the forbidden ones.
  std::vector<uint8_t> allowed(const llvm::MachineFunction &MF, const Problem &P) const;

private:
  std::vector<llvm::MCPhysReg> Registers;
};

} // namespace mlra

#endif
