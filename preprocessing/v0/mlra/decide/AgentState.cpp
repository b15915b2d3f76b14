//===- AgentState.cpp - What RL4ReAl's four agents see of a function -----------===//
#include "decide/AgentState.h"

#include "decide/NodeFeatures.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

#include <algorithm>
#include <set>

using namespace llvm;

namespace mlra {

AgentState::AgentState(const Carrier &Hands, Observer &Watcher) : Hands(Hands), A(Hands.analyses()), Watcher(Watcher) {
  Colours = 1;
  for (auto [Reg, Colour] : Watcher.colours().colours())
    Colours = std::max<size_t>(Colours, Colour + 1);
}

std::string AgentState::take(const Problem &P) {
  Told = Watcher.profile(Hands, P);
  size_t Count = Told.Nodes.size();
  if (Count > MostNodes)
    return "more than " + std::to_string(MostNodes) + " nodes, for which the models have no room";
  DenseMap<unsigned, unsigned> PlaceOf;
  for (size_t I = 0; I < Count; ++I)
    PlaceOf[Told.Nodes[I].ID] = I;
  Neighbours.assign(Count, {});
  EdgeCount = 0;
  for (size_t I = 0; I < Count; ++I)
    for (int ID : Told.Nodes[I].Interferences) {
      unsigned Other = PlaceOf.lookup(ID);
      Neighbours[I].push_back(Other);
      Neighbours[Other].push_back(I);
      ++EdgeCount;
    }
  if (EdgeCount >= MostEdges)
    return "more than " + std::to_string(MostEdges) + " edges, for which the models have no room";
  unsigned Dimension = Watcher.vectors().dimension();
  std::vector<float> OfNodes = Watcher.vectors().nodeMeans(A, P);
  Means.assign(Count * Dimension, 0);
  size_t First = Count - Told.NodeOf.size();
  for (size_t I = 0; I < Told.NodeOf.size(); ++I)
    std::copy_n(&OfNodes[Told.NodeOf[I] * size_t(Dimension)], Dimension, &Means[(First + I) * Dimension]);
  for (size_t I = 0; I < Count; ++I)
    if (isPhysical(I))
      ColourOf[Told.Nodes[I].ID] = Told.Nodes[I].Colour;
  return "";
}

bool AgentState::isOver() const {
  for (size_t I = 0; I < Told.Nodes.size(); ++I)
    if (!isVisited(I))
      return false;
  return true;
}

Register AgentState::registerOf(size_t Node) const { return registerOfProfileID(A, Told.Nodes[Node].ID); }

float AgentState::weightOf(size_t Node) const {
  float Weight = Told.Nodes[Node].SpillWeight;
  return Weight < 0 ? WeightLimit : Weight;
}

std::vector<uint8_t> AgentState::nodeMask() const {
  std::vector<uint8_t> Mask(MostNodes);
  for (size_t I = 0; I < Told.Nodes.size(); ++I)
    Mask[I] = !isVisited(I);
  return Mask;
}

std::vector<uint8_t> AgentState::splitMask(size_t Node) const {
  std::vector<uint8_t> Mask(MostUses);
  const ProfileNode &N = Told.Nodes[Node];
  if (N.UseDistances.size() <= MostUses)
    for (int Point : N.SplitSlots)
      Mask[Point] = 1;
  return Mask;
}

std::vector<uint8_t> AgentState::taskMask(size_t Node) const {
  std::vector<uint8_t> Points = splitMask(Node);
  bool MaySplit = Splits < MostSplits && std::count(Points.begin(), Points.end(), 1);
  return {1, MaySplit};
}

/// The class's colours without those of visited neighbours and of what overlaps them. Colour 0 is allowed where the
/// register can be spilled, and where nothing else is left.
std::vector<uint8_t> AgentState::colourMask(size_t Node) const {
  const TargetRegisterInfo &TRI = *A.MF.getSubtarget().getRegisterInfo();
  const TargetRegisterClass &RC = *A.MF.getRegInfo().getRegClass(registerOf(Node));
  std::vector<MCRegister> Taken;
  for (unsigned Other : Neighbours[Node]) {
    if (isPhysical(Other))
      Taken.push_back(MCRegister(Told.Nodes[Other].ID));
    else if (unsigned Colour = colourOf(Other))
      if (MCRegister Reg = Watcher.colours().registerOf(Colour, *A.MF.getRegInfo().getRegClass(registerOf(Other))))
        Taken.push_back(Reg);
  }
  std::vector<uint8_t> Mask(Colours);
  bool IsAnyFree = false;
  for (MCPhysReg Reg : RC.getRawAllocationOrder(A.MF)) {
    unsigned Colour = Watcher.colours().colourOf(Reg);
    bool IsFree =
        Colour && !A.MF.getRegInfo().isReserved(Reg) &&
        std::none_of(Taken.begin(), Taken.end(), [&](MCRegister Other) { return TRI.regsOverlap(Reg, Other); });
    if (IsFree)
      Mask[Colour] = IsAnyFree = true;
  }
  Mask[0] = !IsAnyFree || Told.Nodes[Node].SpillWeight >= 0;
  return Mask;
}

size_t AgentState::freeColours(size_t Node) const {
  std::vector<uint8_t> Mask = colourMask(Node);
  return std::count(Mask.begin() + 1, Mask.end(), 1);
}

void AgentState::appendState(size_t Node, std::vector<float> &Row) const {
  unsigned Dimension = Watcher.vectors().dimension();
  Row.insert(Row.end(), &Means[Node * Dimension], &Means[Node * Dimension] + Dimension);
}

std::vector<float> AgentState::selectNode() const {
  size_t Count = Told.Nodes.size(), Dimension = Watcher.vectors().dimension();
  std::vector<uint8_t> Mask = nodeMask();
  std::vector<float> Row(Mask.begin(), Mask.end());
  Row.push_back(EdgeCount);
  size_t Edges = Row.size();
  Row.resize(Edges + 2 * MostEdges + MostEdges + MostNodes);
  float *Next = &Row[Edges];
  for (size_t I = 0; I < Count; ++I)
    for (unsigned Other : Neighbours[I])
      if (I < Other)
        *Next++ = I, *Next++ = Other;
  Row[Edges + 2 * MostEdges + EdgeCount] = 1;
  Row[Edges + 3 * MostEdges + std::min(Count, MostNodes - 1)] = 1;
  std::vector<float> Notes(MostNodes * Annotations), Weights(MostNodes), State(MostNodes * Dimension);
  for (size_t I = 0; I < Count; ++I) {
    Weights[I] = weightOf(I);
    Notes[I * Annotations] = isVisited(I) ? 0 : Weights[I];
    Notes[I * Annotations + 1] = colourOf(I);
  }
  std::copy(Means.begin(), Means.end(), State.begin());
  for (const std::vector<float> *Part : {&Notes, &Weights, &State})
    Row.insert(Row.end(), Part->begin(), Part->end());
  return Row;
}

std::vector<float> AgentState::selectTask(size_t Node) const {
  std::vector<uint8_t> Mask = taskMask(Node);
  std::vector<float> Row(Mask.begin(), Mask.end());
  Row.push_back(Neighbours[Node].size());
  Row.push_back(freeColours(Node));
  Row.push_back(weightOf(Node));
  Row.push_back(Told.Nodes[Node].UseDistances.size());
  appendState(Node, Row);
  return Row;
}

std::vector<float> AgentState::colourNode(size_t Node) const {
  std::vector<uint8_t> Mask = colourMask(Node), Open = nodeMask();
  std::set<unsigned> Around;
  for (unsigned Other : Neighbours[Node])
    if (unsigned Colour = colourOf(Other))
      Around.insert(Colour);
  std::vector<float> Row(Mask.begin(), Mask.end());
  Row.push_back(std::count(Mask.begin() + 1, Mask.end(), 1));
  Row.push_back(Around.size());
  Row.push_back(std::count(Open.begin(), Open.end(), 1));
  appendState(Node, Row);
  return Row;
}

std::vector<float> AgentState::splitNode(size_t Node) const {
  std::vector<uint8_t> Mask = splitMask(Node);
  std::vector<float> Row(Mask.begin(), Mask.end());
  appendState(Node, Row);
  const ProfileNode &N = Told.Nodes[Node];
  for (size_t I = 0; I < MostUses; ++I) {
    Row.push_back(I < N.PositionalWeights.size() ? N.PositionalWeights[I] : 0);
    Row.push_back(I + 1 < N.UseDistances.size() ? N.UseDistances[I + 1] - N.UseDistances[I] : 0);
  }
  return Row;
}

void AgentState::colour(size_t Node, unsigned Colour) { ColourOf[Told.Nodes[Node].ID] = Colour; }

std::vector<std::pair<int64_t, int64_t>> AgentState::colours() const {
  std::vector<std::pair<int64_t, int64_t>> Listed;
  for (size_t I = 0; I < Told.Nodes.size(); ++I)
    if (!isPhysical(I) && isVisited(I))
      Listed.emplace_back(Told.Nodes[I].ID, colourOf(I));
  return Listed;
}

} // namespace mlra
