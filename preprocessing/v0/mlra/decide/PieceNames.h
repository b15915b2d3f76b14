//===- PieceNames.h - Names for the registers that splits make ------------===//
#ifndef MLRA_DECIDE_PIECENAMES_H
#define MLRA_DECIDE_PIECENAMES_H

#include "decide/Decision.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/Register.h"

namespace mlra {

class PieceNames {
public:
  explicit PieceNames(unsigned RegistersBefore) : RegistersBefore(RegistersBefore) {}

  /// No register for a name that nothing has.
  llvm::Register find(NodeName Name) const;

  /// None for a register that a spill made.
  std::optional<NodeName> nameOf(llvm::Register Reg) const;

  /// The next names of the node that `Split` is, or is a piece of.
  void add(llvm::Register Split, llvm::ArrayRef<llvm::Register> Pieces);

private:
  unsigned RegistersBefore;
  llvm::DenseMap<unsigned, llvm::SmallVector<llvm::Register, 4>> PiecesOf;
  llvm::DenseMap<llvm::Register, NodeName> NameOf;
};

} // namespace mlra

#endif
