//===- AdviceQuestion.h - What a model that advises is told ---------------===//
//
// Columns of the problem, under the names that they have in a dataset and with the same numbers: whole ones as int64,
// others as float. A column that is a list of lists is two inputs, NAME (its values, one behind the other) and
// NAME_offsets (where each list begins, and where the last one ends). Besides: node_vectors, float (n, D).
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_ADVICEQUESTION_H
#define MLRA_DECIDE_ADVICEQUESTION_H

#include "record/Problem.h"
#include "run/Features.h"

#include <set>
#include <string>
#include <vector>

namespace mlra {

class AdviceQuestion {
public:
  /// Whether all inputs can be filled: "", or which cannot and why.
  std::string begin(const std::vector<mlrun::Tensor> &Inputs);

  bool hasVectors() const { return HasVectors; }

  /// The columns that are asked for, in the order of their names.
  void addColumns(const Problem &P, mlrun::Features &Question) const;

private:
  std::set<std::string, std::less<>> Columns;
  std::set<std::string, std::less<>> Values, Offsets; ///< of which of these
  bool HasVectors = false;
};

} // namespace mlra

#endif
