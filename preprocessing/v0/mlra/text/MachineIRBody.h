//===- MachineIRBody.h - A function's instructions as MIR text ----------------===//
#ifndef MLRA_TEXT_MACHINEIRBODY_H
#define MLRA_TEXT_MACHINEIRBODY_H

#include "record/TargetNames.h"
#include "text/Addresses.h"
#include "text/References.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/VirtRegMap.h"
#include "llvm/IR/BasicBlock.h"
#include "llvm/IR/GlobalValue.h"
#include "llvm/IR/ModuleSlotTracker.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace mlra {

/// The `body:` of MIR text, with what it refers to outside the function. It differs from LLVM's MIR printer where that
/// one refers to the LLVM IR of the function, which an episode does not carry: no names of IR blocks and of allocas,
/// stand-ins for memory operands' addresses, no alias metadata, no debug instructions and locations. A virtual register that was
/// given its register before is that register: a reader cannot be told otherwise.
class MachineIRBody {
public:
  MachineIRBody(const llvm::MachineFunction &MF, const llvm::LiveIntervals &LIS, const llvm::VirtRegMap &VRM,
                const References &Refs, const TargetNames &Spelled, llvm::ModuleSlotTracker &MST);

  const std::string &text() const { return Text; }

  /// Where `text()` holds what is no part of the allocation problem, in order: a symbol's name, of which only counts
  /// which others are the same, and the address of a memory operand, for which `Instead` counts.
  struct Span {
    size_t Begin;
    size_t End;
    const char *Instead; ///< null for a symbol's name
  };
  const std::vector<Span> &besidesProblem() const { return Spans; }

  const llvm::SetVector<const llvm::GlobalValue *> &globals() const { return Globals; }

  const Addresses &addresses() const { return Addressed; }

  /// Blocks of the function's LLVM IR whose address is taken; block i is called `%ir-block.address<i>` in the text.
  const llvm::SetVector<const llvm::BasicBlock *> &addressTaken() const { return AddressTaken; }

  /// Whether the text refers to `!0`, which stands for every metadata operand.
  bool usesMetadata() const { return UsesMetadata; }

private:
  void printBlock(const llvm::MachineBasicBlock &MBB);
  void printBlockHeader(const llvm::MachineBasicBlock &MBB);
  void printLiveIns(const llvm::MachineBasicBlock &MBB);
  void printBlockAttributes(const llvm::MachineBasicBlock &MBB);
  void printInstruction(const llvm::MachineInstr &MI);
  void printSymbols(const llvm::MachineInstr &MI, const char *Separator);
  void printOperand(const llvm::MachineInstr &MI, unsigned Index, bool IsBehindOpcode);
  void printRegister(const llvm::MachineOperand &MO, bool IsBehindOpcode);
  bool isDead(const llvm::MachineOperand &MO) const;
  void printGlobal(const llvm::MachineOperand &MO);
  void printBlockAddress(const llvm::MachineOperand &MO);
  void printRegisterMask(const uint32_t *Mask);
  void printSymbol(const llvm::MCSymbol &Symbol);
  void printMemory(const llvm::MachineMemOperand &Access, bool WithGlobal);
  void printWithAddress(const llvm::MachineMemOperand &Access, llvm::StringRef Printed);
  void printNumber(int64_t Number);
  std::string addressReference(const llvm::BasicBlock &Block);
  template <typename PrintT> void printName(PrintT Print);

  const llvm::MachineFunction &MF;
  const llvm::LiveIntervals &LIS;
  const llvm::VirtRegMap &VRM;
  const llvm::MachineRegisterInfo &MRI;
  const llvm::TargetRegisterInfo &TRI;
  const llvm::TargetInstrInfo &TII;
  const References &Refs;
  const TargetNames &Spelled;
  llvm::ModuleSlotTracker &MST;
  std::string Text;
  llvm::raw_string_ostream OS; ///< into Text, for what LLVM prints
  std::vector<Span> Spans;
  Addresses Addressed;
  std::vector<llvm::Register> Given; ///< virtual registers that have their register already
  llvm::SetVector<const llvm::GlobalValue *> Globals;
  llvm::SetVector<const llvm::BasicBlock *> AddressTaken;
  llvm::DenseMap<const llvm::MCSymbol *, unsigned> LabelNumber; ///< of the labels within the function, as they appear
  bool UsesMetadata = false;
};

} // namespace mlra

#endif
