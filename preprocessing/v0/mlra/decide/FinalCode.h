//===- FinalCode.h - What will be executed of the code that is printed ---------===//
//
// Counted right in front of the assembly printer: with prologue, epilogue, and all that the passes behind the allocator
// made of its code.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_FINALCODE_H
#define MLRA_DECIDE_FINALCODE_H

#include "decide/FrozenFrequencies.h"

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/Pass.h"

#include <functional>

namespace mlra {

/// Expected executions, relative to the entry.
struct Executed {
  double Instructions = 0;
  double Loads = 0;
  double Stores = 0;
};

struct FinalCode {
  unsigned Size = 0;   ///< instructions
  Executed Frozen;     ///< by the frequencies before allocation
  Executed Recomputed; ///< by those that LLVM computes of the final code
  double Moved = 0;    ///< by how much the two differ over all blocks, relative to Frozen.Instructions
  int Hottest = -1;    ///< number of the block with the most executed instructions, by Frozen; the first of equals
};

FinalCode countFinalCode(llvm::MachineFunction &MF, const FrozenFrequencies &Frozen);

/// Calls `Do` with the function when it comes to the assembly printer, or to the end of the passes that work on it
/// where nothing is printed. `Allocator` is the pass at work. The pipeline is changed while it runs: from the
/// allocator's doInitialization, or in a copy of the compiler.
void callBeforePrinter(llvm::Pass &Allocator, std::function<void(llvm::MachineFunction &)> Do);

} // namespace mlra

#endif
