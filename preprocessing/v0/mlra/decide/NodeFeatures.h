//===- NodeFeatures.h - Numbers that describe the nodes of a problem ------===//
#ifndef MLRA_DECIDE_NODEFEATURES_H
#define MLRA_DECIDE_NODEFEATURES_H

#include "record/Problem.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace mlra {

/// RL4ReAl's bound of a spill weight; larger ones, and +inf, count as this one.
constexpr float WeightLimit = 10000;

/// How many numbers a node has.
constexpr unsigned NodeFeatureCount = 7;

/// (nodes, 7): what `node_features` of rl4real_data/allocation/features.py gives before any decision. `Allowed` (nodes,
/// registers) as RegisterColumns::allowed gives it.
std::vector<float> nodeFeatures(const Problem &P, llvm::ArrayRef<uint8_t> Allowed);

/// (2, 2 * edges): the edges u < v in the record's order, then the same turned round.
std::vector<int64_t> edgeIndex(const Problem &P);

} // namespace mlra

#endif
