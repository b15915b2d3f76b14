//===- PiecePlan.h - How one register becomes its recorded pieces ---------------===//
//
// A node that the recorded answer holds in several places gets a register for each of them: one for each physical
// register, and one for its slot and for where it is nowhere, which is then spilled. Each operand names the place in
// which the answer has the node there; the recorded moves copy between them.
//
// What is read from a file may be wrong. So a plan holds only if on every path each operand reads a place into which
// the value was moved: then the code computes what it computed before, wherever the pieces lie in the end.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_PIECEPLAN_H
#define MLRA_DECIDE_PIECEPLAN_H

#include "decide/NumberedCode.h"
#include "decide/RecordedParts.h"

#include "llvm/ADT/ArrayRef.h"

namespace mlra {

/// Index into PiecePlan::Places.
using PlaceIndex = unsigned;

struct PlannedOperand {
  llvm::MachineOperand *Operand;
  PlaceIndex Place;
};

struct PlannedMove {
  size_t Move; ///< index of the recorded one
  PlaceIndex From, To;
  const llvm::VNInfo *Value = nullptr; ///< what a rematerialisation computes
};

struct PiecePlan {
  llvm::Register Node;
  std::vector<int> Places; ///< the first is the slot and nowhere, then physical registers
  std::vector<PlannedOperand> Operands;
  std::vector<PlannedMove> Moves;
  std::vector<PlannedMove> Stores; ///< behind the instruction `Move`: of values that are nowhere later

  /// The register in which the node lies all its life after all: what copies within it said is no code; else 0.
  int onlyRegister() const;
};

/// The recorded rows of one node.
struct RecordedNode {
  unsigned Register;
  llvm::ArrayRef<RecordedPart> Parts;
  std::vector<RecordedChoice> Choices;
  std::vector<size_t> Moves;
};

/// Returns why the node cannot be cut that way, or "".
std::string planPieces(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded,
                       const RecordedNode &Node, PiecePlan &Plan);

} // namespace mlra

#endif
