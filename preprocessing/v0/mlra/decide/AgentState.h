//===- AgentState.h - What RL4ReAl's four agents see of a function -------------===//
//
// The RL4ReAl fork's environment: nodes that are visited one after the other, coloured or split. Observations are flat
// rows of numbers, in the order in which RLlib flattens the fork's dictionaries; their sizes are part of the models.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_AGENTSTATE_H
#define MLRA_DECIDE_AGENTSTATE_H

#include "decide/Carrier.h"
#include "decide/Observer.h"

#include "llvm/ADT/DenseMap.h"

#include <vector>

namespace mlra {

class AgentState {
public:
  static constexpr size_t MostNodes = 600, MostEdges = 30000, MostUses = 200, Annotations = 3;
  static constexpr unsigned MostSplits = 10; ///< of one function

  AgentState(const Carrier &Hands, Observer &Watcher);

  /// Takes the function as it is now; what was coloured stays so. "" or why there is no room for it.
  std::string take(const Problem &P);

  bool isOver() const;

  /// Rows of numbers; the first ones are 1 for what may be done.
  std::vector<float> selectNode() const;
  std::vector<float> selectTask(size_t Node) const;
  std::vector<float> colourNode(size_t Node) const;
  std::vector<float> splitNode(size_t Node) const;

  /// 1 for the actions that are allowed.
  std::vector<uint8_t> nodeMask() const;
  std::vector<uint8_t> taskMask(size_t Node) const;
  std::vector<uint8_t> colourMask(size_t Node) const;
  std::vector<uint8_t> splitMask(size_t Node) const;

  unsigned idOf(size_t Node) const { return Told.Nodes[Node].ID; }

  void colour(size_t Node, unsigned Colour);

  void noteSplit() { ++Splits; }

  /// Every node that was visited, with its colour; 0 for none.
  std::vector<std::pair<int64_t, int64_t>> colours() const;

private:
  bool isPhysical(size_t Node) const { return Told.Nodes[Node].Class == "Phy"; }
  bool isVisited(size_t Node) const { return ColourOf.count(Told.Nodes[Node].ID); }
  unsigned colourOf(size_t Node) const { return ColourOf.lookup(Told.Nodes[Node].ID); }
  float weightOf(size_t Node) const;
  size_t freeColours(size_t Node) const;
  void appendState(size_t Node, std::vector<float> &Row) const;
  llvm::Register registerOf(size_t Node) const;

  const Carrier &Hands;
  const Analyses &A;
  Observer &Watcher;
  Profile Told;
  std::vector<std::vector<unsigned>> Neighbours; ///< both directions
  size_t EdgeCount = 0;
  std::vector<float> Means;                    ///< (nodes, dimension)
  size_t Colours;                              ///< one more than the largest
  llvm::DenseMap<unsigned, unsigned> ColourOf; ///< by id: the visited ones
  unsigned Splits = 0;
};

} // namespace mlra

#endif
