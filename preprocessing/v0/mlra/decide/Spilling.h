//===- Spilling.h - Registers spilled in front of greedy ------------------===//
//
// By LLVM's own spiller, which computes values anew where it can.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_SPILLING_H
#define MLRA_DECIDE_SPILLING_H

#include "LLVMCompat.h"
#include "record/Problem.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/CodeGen/LiveDebugVariables.h"
#include "llvm/CodeGen/LiveRangeEdit.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/Spiller.h"

#include <memory>

namespace mlra {

class Spilling : llvm::LiveRangeEdit::Delegate {
public:
  Spilling(llvm::MachineFunctionPass &Allocator, const Analyses &A);

  /// "" or why not.
  std::string spill(llvm::Register Reg);

  /// Tells all who keep books of it that the register was split: weights, hints, debug information, the matrix.
  void announceSplit(llvm::Register Reg, llvm::ArrayRef<llvm::Register> Pieces);

  /// Whether nothing is left of the register but an instruction that is kept so that its value can be computed anew.
  bool isLeftover(llvm::Register Reg) const;

  /// Between the last spill and the first assignment. Merging spills shrinks live ranges without telling anybody, which
  /// would leave stale segments in LiveRegMatrix, on which greedy's region splitting crashes. And greedy would take
  /// leftovers for registers to allocate, and erase them itself.
  void end();

private:
  void renew();

  llvm::MachineFunctionPass &Allocator;
  const Analyses &A;
  llvm::LiveDebugVariables &DebugVariables;
  llvm::VirtRegAuxInfo Weights;
  std::unique_ptr<llvm::Spiller> Inner;
  llvm::SmallPtrSet<llvm::MachineInstr *, 32> Dead; ///< instructions whose value is only computed anew elsewhere
};

} // namespace mlra

#endif
