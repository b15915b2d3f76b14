//===- ForkMessage.cpp - The messages of the RL4ReAl fork's dialogues ----------===//
#include "decide/ForkMessage.h"

#include <map>

using namespace llvm;

namespace mlra {

namespace {

/// The repeated field that nodes are in protobuf.
constexpr const char *NodeField = "regProf";

std::vector<int32_t> narrow(const std::vector<int> &Numbers) { return {Numbers.begin(), Numbers.end()}; }

void addShape(mlrun::Features &Message, const ProfileNode &N) {
  Message.add("positionalSpillWeights", N.PositionalWeights);
  Message.add("spillWeight", N.SpillWeight);
  Message.add("interferences", narrow(N.Interferences));
  Message.add("splitSlots", narrow(N.SplitSlots));
  Message.add("useDistances", narrow(N.UseDistances));
}

void addNode(mlrun::Features &Message, const ProfileNode &N, unsigned Dimension, MessageForm Form) {
  Message.beginGroup(NodeField, N.ID);
  Message.add("regID", int32_t(N.ID));
  Message.add("cls", N.Class);
  Message.add("color", int32_t(N.Colour));
  addShape(Message, N);
  int64_t Count = N.Vectors.size();
  if (Form == MessageForm::Grpc)
    Message.add("vectors", N.Vectors, {Count / Dimension, Dimension});
  else
    Message.add("vectors", N.Vectors);
  Message.endGroup();
}

void addEnd(mlrun::Features &Message, bool IsDone, bool IsNew) {
  Message.add("result", int32_t(IsDone));
  Message.add("new", int32_t(IsNew));
}

bool isPhysical(const ProfileNode &N) { return N.Class == "Phy"; }

/// The virtual nodes, with their physical neighbours.
std::vector<ProfileNode> virtualNodes(const Profile &P) {
  std::map<int, std::vector<int>> PhysicalOf;
  for (const ProfileNode &N : P.Nodes)
    if (isPhysical(N))
      for (int Neighbour : N.Interferences)
        PhysicalOf[Neighbour].push_back(N.ID);
  std::vector<ProfileNode> Nodes;
  for (const ProfileNode &N : P.Nodes) {
    if (isPhysical(N))
      continue;
    Nodes.push_back(N);
    const std::vector<int> &Physical = PhysicalOf[N.ID];
    Nodes.back().Interferences.insert(Nodes.back().Interferences.begin(), Physical.begin(), Physical.end());
  }
  return Nodes;
}

} // namespace

mlrun::Features functionMessage(const Profile &P, StringRef Function, unsigned Dimension, MessageForm Form) {
  mlrun::Features Message;
  for (const ProfileNode &N : P.Nodes)
    addNode(Message, N, Dimension, Form);
  addEnd(Message, true, true);
  if (Form == MessageForm::Grpc)
    Message.add("funcName", Function.str());
  return Message;
}

mlrun::Features splitMessage(const Profile &P, StringRef Function, unsigned Dimension, MessageForm Form) {
  mlrun::Features Message;
  for (const ProfileNode &N : virtualNodes(P))
    addNode(Message, N, Dimension, Form);
  addEnd(Message, true, false);
  if (Form == MessageForm::Grpc)
    Message.add("funcName", Function.str());
  return Message;
}

mlrun::Features trainingMessage(const Profile &P) {
  mlrun::Features Message;
  for (const ProfileNode &N : virtualNodes(P)) {
    Message.beginGroup(NodeField, N.ID);
    Message.add("regID", int32_t(N.ID));
    addShape(Message, N);
    Message.endGroup();
  }
  Message.add("result", int32_t(1));
  return Message;
}

mlrun::Features refusalMessage() {
  mlrun::Features Message;
  addEnd(Message, false, false);
  return Message;
}

std::string parseAction(ArrayRef<int64_t> Numbers, ForkAction &Action) {
  Action = ForkAction();
  int64_t Code = Numbers.empty() ? -2 : Numbers.front();
  if (Code == -1)
    return "";
  if (Code == 0 && Numbers.size() == 3) {
    Action.What = ForkAction::Kind::Split;
    Action.Register = Numbers[1];
    Action.Point = Numbers[2];
    return "";
  }
  if (Code == 1 && Numbers.size() % 2 == 1) {
    Action.What = ForkAction::Kind::Colours;
    for (size_t I = 1; I < Numbers.size(); I += 2)
      Action.Colours.emplace_back(Numbers[I], Numbers[I + 1]);
    return "";
  }
  return "an answer that is no action: " + std::to_string(Numbers.size()) + " numbers that begin with " +
         (Numbers.empty() ? "nothing" : std::to_string(Code));
}

} // namespace mlra
