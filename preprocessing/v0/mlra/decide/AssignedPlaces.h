//===- AssignedPlaces.h - Registers that decisions gave out ---------------===//
#ifndef MLRA_DECIDE_ASSIGNEDPLACES_H
#define MLRA_DECIDE_ASSIGNEDPLACES_H

#include "record/Problem.h"
#include "record/Tally.h"

#include "llvm/ADT/MapVector.h"

namespace mlra {

class AssignedPlaces {
public:
  explicit AssignedPlaces(const Analyses &A) : A(A) {}

  /// The place must be free.
  void assign(llvm::Register Reg, llvm::MCRegister Place);

  bool has(llvm::Register Reg) const { return PlaceOf.count(Reg); }

  /// Behind greedy: puts back what its last recolouring moved, and counts.
  void restoreMoved(Tally &Count);

  /// Behind greedy: how many are where they were put.
  void countKept(Tally &Count) const;

private:
  bool isPlaced(llvm::Register Reg) const;

  const Analyses &A;
  llvm::MapVector<llvm::Register, llvm::MCRegister> PlaceOf;
};

} // namespace mlra

#endif
