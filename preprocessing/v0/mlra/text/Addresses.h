//===- Addresses.h - Addresses of memory operands as LLVM IR --------------===//
#ifndef MLRA_TEXT_ADDRESSES_H
#define MLRA_TEXT_ADDRESSES_H

#include "text/AddressParts.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Argument.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/GlobalValue.h"
#include "llvm/IR/ModuleSlotTracker.h"

#include <string>
#include <utility>

namespace mlra {

/// What passes behind the allocator ask of a memory operand's address: which object it lies in (shrink wrapping), and
/// whether two may be the same (pairing of loads and stores, scheduling). Each address becomes values of LLVM IR that
/// give the same answers: its object by kind, opaque indices, and its constant offset.
class Addresses {
public:
  Addresses(const llvm::DataLayout &Layout, llvm::ModuleSlotTracker &MST) : Layout(Layout), MST(MST) {}

  /// As a memory operand of MIR text names it; empty for what is no address of the default address space.
  std::string reference(const llvm::Value &Address);

  /// Instructions of the stub function, indented, each on its line.
  const std::string &instructions() const { return Instructions; }

  /// The parameters that some address lies in, each with its text.
  const llvm::DenseMap<const llvm::Argument *, std::string> &parameters() const { return Parameters; }

  const llvm::SetVector<const llvm::GlobalValue *> &globals() const { return Globals; }

private:
  std::string valueOf(const llvm::Value &Address);
  std::string objectOf(const llvm::Value &Address, const AddressParts &Parts);
  std::string object(const llvm::Value &Object);
  std::string makeObject(const llvm::Value &Object);
  std::string makeParameter(const llvm::Argument &Argument);
  std::string makeMerge(const llvm::Value &Merge);
  unsigned indexNumber(const AddressIndex &Index);
  std::string makeNew(const char *Prefix, const std::string &Instruction);
  std::string makeOnce(const char *Prefix, const std::string &Instruction);
  void letEscape(const llvm::Value &Object, const std::string &Name);

  const llvm::DataLayout &Layout;
  llvm::ModuleSlotTracker &MST;
  std::string Instructions;
  llvm::DenseMap<const llvm::Argument *, std::string> Parameters;
  llvm::SetVector<const llvm::GlobalValue *> Globals;
  llvm::DenseMap<const llvm::Value *, std::string> References, Objects;
  llvm::MapVector<std::pair<const llvm::Value *, unsigned>, std::string> Indices; ///< a value with its widening
  llvm::StringMap<std::string> Made;                                              ///< name by instruction
  llvm::StringMap<unsigned> Count;                                                ///< of names by prefix
};

} // namespace mlra

#endif
