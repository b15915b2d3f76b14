//===- InstructionVectors.h - The vector of each instruction of a function ----===//
#ifndef MLRA_DECIDE_INSTRUCTIONVECTORS_H
#define MLRA_DECIDE_INSTRUCTIONVECTORS_H

#include "decide/Vocabulary.h"
#include "record/Problem.h"

#include <deque>
#include <vector>

namespace mlra {

/// Kept from function to function of a module: instructions have few distinct shapes.
class InstructionVectors {
public:
  /// Without a vocabulary, null, all vectors are zero and have the fork's dimension.
  explicit InstructionVectors(Vocabulary *Known);

  unsigned dimension() const { return Dimension; }

  /// One an instruction, in the order of the code; valid as long as this object is.
  std::vector<const float *> of(const Analyses &A);

  /// (nodes, dimension): the mean of the instructions in each node's live ranges; zero for a node without.
  std::vector<float> nodeMeans(const Analyses &A, const Problem &P);

private:
  Vocabulary *Known;
  unsigned Dimension;
  InstructionShapes Shapes;
  std::deque<std::vector<float>> OfShape;
};

} // namespace mlra

#endif
