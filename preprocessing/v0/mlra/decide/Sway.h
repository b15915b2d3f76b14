//===- Sway.h - What is wished of greedy while it runs --------------------===//
#ifndef MLRA_DECIDE_SWAY_H
#define MLRA_DECIDE_SWAY_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/CodeGen/Register.h"
#include "llvm/MC/MCRegister.h"

namespace mlra {

enum class QueuePlace : unsigned char { First, Last };

struct Sway {
  llvm::SmallSet<llvm::Register, 16> Fixed; ///< registers that give way only to one that cannot be spilled
  llvm::DenseMap<llvm::Register, QueuePlace> Places;
  llvm::DenseMap<llvm::Register, float> Factors;
  llvm::DenseMap<llvm::Register, llvm::MCRegister> Hints;
  unsigned ForcedAway = 0; ///< evictions of fixed registers that nothing else could replace

  /// Whether greedy's order of work is to be another one.
  bool isOrdered() const { return !Places.empty() || !Factors.empty() || !Hints.empty(); }
};

} // namespace mlra

#endif
