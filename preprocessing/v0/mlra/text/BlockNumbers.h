//===- BlockNumbers.h - The numbers of the blocks ------------------------------===//
//
// Blocks are numbered as they are made, laid out as passes see fit, and the allocator breaks ties by number (its edge
// bundles are numbered by them). A parser numbers blocks by layout; where the compilation had another order, the MIR text
// carries it as an attribute of the stub function, and a pass before all analyses restores it.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_BLOCKNUMBERS_H
#define MLRA_TEXT_BLOCKNUMBERS_H

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineFunctionPass.h"

#include <string>

namespace mlra {

constexpr char BlockNumbersAttribute[] = "mlra-block-numbers";

/// For each block in layout order, its rank among the blocks by number; consecutive ones as `first-last`. Empty where
/// the ranks are those of the layout.
std::string describeBlockNumbers(const llvm::MachineFunction &MF);

/// Numbers the blocks of a function with the attribute as it says; does nothing for any other.
class RestoreBlockNumbers : public llvm::MachineFunctionPass {
public:
  static char ID;
  RestoreBlockNumbers() : MachineFunctionPass(ID) {}

  llvm::StringRef getPassName() const override { return "Restore recorded block numbers"; }
  void getAnalysisUsage(llvm::AnalysisUsage &AU) const override;
  bool runOnMachineFunction(llvm::MachineFunction &MF) override;
};

} // namespace mlra

#endif
