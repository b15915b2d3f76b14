//===- FoldTrials.h - Where a stack slot may stand for a register ---------===//
//
// What LLVM's InlineSpiller asks of TargetInstrInfo::foldMemoryOperand: can the stack slot of a spilled register stand
// where an instruction names the register, in all of its operands at once? There is no table to look at: it is tried,
// on a copy of the instruction, and no trace is left: not of the copy, not in the frame, and not in the classes of
// registers, which a target may narrow.
//
// Instructions that look the same to the target get the same answer, so that a module has few trials. What the key of
// an answer holds is all that x86 and AArch64 look at; -mlra-verify tries every instruction anew.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_FOLDTRIALS_H
#define MLRA_RECORD_FOLDTRIALS_H

#include "record/Problem.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineFrameInfo.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace mlra {

/// The answers, which hold for all functions of a module.
class FoldTrials {
public:
  /// By function, instruction and operands.
  std::unordered_map<std::string, bool> AnswerOf;
};

/// The trials in one function. They are over when this is destroyed: the frame is then as it was.
class FunctionFolds {
public:
  FunctionFolds(const Analyses &A, FoldTrials &Known);
  ~FunctionFolds();

  /// The instruction that is asked about next.
  void select(llvm::MachineInstr &MI);

  /// Whether these operands of the instruction, all those of one virtual register, can be a stack slot.
  bool isFoldable(llvm::ArrayRef<unsigned> Operands);

  /// The same, tried and not looked up.
  bool tryFold(llvm::ArrayRef<unsigned> Operands);

private:
  using Indices = llvm::SmallVector<unsigned, 4>;

  std::optional<Indices> operandsToFold(llvm::ArrayRef<unsigned> Operands) const;
  void describeInstruction();
  void describeOperand(const llvm::MachineOperand &MO);
  int slotFor(const llvm::TargetRegisterClass &RC);

  const Analyses &A;
  FoldTrials &Known;
  const llvm::TargetInstrInfo &TII;
  const llvm::TargetRegisterInfo &TRI;
  llvm::MachineInstr *MI = nullptr;
  std::string Key; ///< of the function; behind it, of the instruction that is selected
  size_t FunctionKey = 0, InstructionKey = 0;
  llvm::SmallVector<std::pair<std::pair<unsigned, llvm::Align>, int>, 4> Slots; ///< by size and alignment
  std::optional<llvm::MachineFrameInfo> Frame; ///< as it was, once there is a slot
};

} // namespace mlra

#endif
