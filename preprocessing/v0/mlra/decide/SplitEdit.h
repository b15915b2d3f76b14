//===- SplitEdit.h - One live range made two ------------------------------===//
//
// What splits behind a use point and around a loop have in common. LLVM's SplitKit is neither installed nor exported,
// and linking it in a second time makes clang abort.
//
// The register keeps its live interval, without operands, as the original that VirtRegMap, the spiller and the
// rematerialisation refer to: as LLVM's own SplitEditor leaves it.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_SPLITEDIT_H
#define MLRA_DECIDE_SPLITEDIT_H

#include "record/Problem.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/LiveRangeEdit.h"

namespace mlra {

/// The registers that a split makes.
struct SplitResult {
  llvm::SmallVector<llvm::Register, 4> All;   ///< head, tail, and the pieces into which these fall
  llvm::SmallVector<llvm::Register, 2> Heads; ///< the head and its pieces
  llvm::SmallVector<llvm::Register, 2> Tails;
};

class SplitEdit {
public:
  SplitEdit(const Analyses &A, llvm::Register Reg);

  const llvm::LiveInterval &old() const { return Old; }

  /// Gives each operand to the tail or to the head.
  void rewrite(llvm::function_ref<bool(const llvm::MachineInstr &)> IsInTail);

  void copyToTail(llvm::MachineBasicBlock &MBB, llvm::MachineBasicBlock::iterator Where) {
    copy(MBB, Where, Tail, Head);
  }
  void copyToHead(llvm::MachineBasicBlock &MBB, llvm::MachineBasicBlock::iterator Where) {
    copy(MBB, Where, Head, Tail);
  }

  /// Computes the live ranges anew.
  SplitResult finish();

private:
  void copy(llvm::MachineBasicBlock &MBB, llvm::MachineBasicBlock::iterator Where, llvm::Register To,
            llvm::Register From);
  void compute(llvm::Register Part, llvm::SmallVectorImpl<llvm::Register> &Pieces);

  const Analyses &A;
  llvm::LiveInterval &Old;
  llvm::SmallVector<llvm::Register, 4> New;
  llvm::LiveRangeEdit Edit; ///< puts every register that arises into New
  llvm::Register Head, Tail;
};

/// Why no split of the register is possible, wherever it is; "" if one may be.
std::string refusalOfAnySplit(const Analyses &A, llvm::Register Reg);

} // namespace mlra

#endif
