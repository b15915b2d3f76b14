//===- NodeFeatures.cpp - Numbers that describe the nodes of a problem ----===//
#include "decide/NodeFeatures.h"

#include <algorithm>
#include <cmath>

using namespace llvm;

namespace mlra {

static float logarithm(size_t Count) { return static_cast<float>(std::log1p(static_cast<double>(Count))); }

std::vector<float> nodeFeatures(const Problem &P, ArrayRef<uint8_t> Allowed) {
  constexpr unsigned InstructionSize = 16; // SlotIndex::InstrDist
  std::vector<size_t> Degree(P.Nodes.size());
  for (const Edge &E : P.Edges)
    ++Degree[E.first], ++Degree[E.second];
  size_t Registers = P.Nodes.empty() ? 0 : Allowed.size() / P.Nodes.size();
  std::vector<float> Features;
  Features.reserve(P.Nodes.size() * NodeFeatureCount);
  for (size_t I = 0; I < P.Nodes.size(); ++I) {
    const Node &N = P.Nodes[I];
    ArrayRef<uint8_t> Own = Allowed.slice(I * Registers, Registers);
    Features.push_back(std::min(N.SpillWeight, WeightLimit) / WeightLimit);
    Features.push_back(std::isinf(N.SpillWeight));
    Features.push_back(logarithm(N.Size / InstructionSize));
    Features.push_back(logarithm(N.Uses.size()));
    Features.push_back(logarithm(Degree[I]));
    Features.push_back(logarithm(std::count(Own.begin(), Own.end(), 1)));
    Features.push_back(0); // decided
  }
  return Features;
}

std::vector<int64_t> edgeIndex(const Problem &P) {
  std::vector<int64_t> First, Second;
  for (const Edge &E : P.Edges)
    First.push_back(E.first), Second.push_back(E.second);
  std::vector<int64_t> Index = First;
  Index.insert(Index.end(), Second.begin(), Second.end());
  Index.insert(Index.end(), Second.begin(), Second.end());
  Index.insert(Index.end(), First.begin(), First.end());
  return Index;
}

} // namespace mlra
