//===- FrozenFrequencies.h - Block frequencies as of the allocator --------------===//
//
// Later passes merge, duplicate and remove blocks, and LLVM then computes other frequencies from the probabilities that
// are left: a search that compares final code would find and exploit such shifts. A block that was there before keeps
// the frequency that it had; one that was made since gets what flows in.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_FROZENFREQUENCIES_H
#define MLRA_DECIDE_FROZENFREQUENCIES_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/CodeGen/MachineBlockFrequencyInfo.h"
#include "llvm/CodeGen/MachineBranchProbabilityInfo.h"
#include "llvm/CodeGen/MachineFunction.h"

namespace mlra {

class FrozenFrequencies {
public:
  /// Gives each block an identity that lives and dies with it, where it has none. LLVM itself prints that identity, and
  /// only with basic block sections or address maps, for which it has given one to every block.
  void freeze(llvm::MachineFunction &MF, const llvm::MachineBlockFrequencyInfo &MBFI);

  /// Of each block by its present number, relative to the entry. `Now` are those that LLVM computes of the code as it
  /// is.
  std::vector<double> of(llvm::MachineFunction &MF, const llvm::MachineBlockFrequencyInfo &Now,
                         const llvm::MachineBranchProbabilityInfo &Probabilities) const;

private:
  llvm::DenseMap<unsigned, double> ByIdentity;
};

} // namespace mlra

#endif
