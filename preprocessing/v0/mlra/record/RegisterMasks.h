//===- RegisterMasks.h - The target's masks of preserved registers --------===//
#ifndef MLRA_RECORD_REGISTERMASKS_H
#define MLRA_RECORD_REGISTERMASKS_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

#include <cstdint>
#include <vector>

namespace mlra {

/// A call's mask has a bit for each register that survives it. Targets have a table of them; others are made for one
/// function, for a calling convention that a flag or an attribute changed.
class RegisterMasks {
public:
  explicit RegisterMasks(const llvm::TargetRegisterInfo &TRI);

  /// The place in the target's table, by the mask's address or else by what it holds; -1 for one that is not in it.
  int find(const uint32_t *Mask) const;

  /// Ascending.
  std::vector<llvm::MCPhysReg> preserved(const uint32_t *Mask) const;

private:
  const llvm::TargetRegisterInfo &TRI;
  llvm::DenseMap<const uint32_t *, int> PlaceOf;
};

} // namespace mlra

#endif
