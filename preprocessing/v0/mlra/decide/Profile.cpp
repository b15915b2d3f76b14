//===- Profile.cpp - What the RL4ReAl fork tells a model of a function ---------===//
#include "decide/Profile.h"

#include "decide/Carrier.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

#include <algorithm>
#include <cmath>
#include <map>

using namespace llvm;

namespace mlra {

namespace {

class Profiler {
public:
  Profiler(const Carrier &Hands, const Problem &P, const ColourMap &Colours, InstructionVectors &Vectors)
      : Hands(Hands), A(Hands.analyses()), TRI(*A.MF.getSubtarget().getRegisterInfo()), P(P), Colours(Colours), Vectors(Vectors) {}

  Profile make() {
    Profile Result;
    for (size_t I = 0; I < P.Nodes.size(); ++I)
      if (isTold(P.Nodes[I]))
        Result.NodeOf.push_back(I);
    addPhysical(Result);
    size_t First = Result.Nodes.size();
    std::vector<size_t> PlaceOf(P.Nodes.size());
    std::vector<const float *> OfInstruction = Vectors.of(A);
    for (unsigned I : Result.NodeOf) {
      PlaceOf[I] = Result.Nodes.size();
      Result.Nodes.push_back(virtualNode(P.Nodes[I], OfInstruction));
    }
    for (const Edge &E : P.Edges)
      if (PlaceOf[E.first] >= First && PlaceOf[E.second] >= First && isTold(P.Nodes[E.first]) &&
          isTold(P.Nodes[E.second]))
        Result.Nodes[PlaceOf[E.first]].Interferences.push_back(Result.Nodes[PlaceOf[E.second]].ID);
    return Result;
  }

private:
  StringRef className(const Node &N) const { return TRI.getRegClassName(TRI.getRegClass(N.ClassID)); }
  bool isTold(const Node &N) const { return !N.Uses.empty() && Colours.supports(className(N)); }

  /// A register that has a colour, but that this function reserves, interferes with every node that could have it
  /// elsewhere: nothing else in the message says that it may not be given out here.
  void addPhysical(Profile &Result) const {
    std::map<unsigned, std::vector<int>> NeighboursOf;
    for (unsigned I : Result.NodeOf) {
      const Node &N = P.Nodes[I];
      for (MCPhysReg Reg : N.Forbidden)
        NeighboursOf[Reg].push_back(profileID(A, N.Reg));
      for (MCPhysReg Reg : P.Reserved)
        if (Colours.colourOf(Reg) && TRI.getRegClass(N.ClassID)->contains(Reg))
          NeighboursOf[Reg].push_back(profileID(A, N.Reg));
    }
    for (auto &[Reg, Neighbours] : NeighboursOf) {
      ProfileNode Told;
      Told.ID = Reg;
      Told.Class = "Phy";
      Told.Colour = Colours.colourOf(Reg);
      Told.Interferences = std::move(Neighbours);
      Result.Nodes.push_back(std::move(Told));
    }
  }

  ProfileNode virtualNode(const Node &N, ArrayRef<const float *> OfInstruction) const {
    ProfileNode Told;
    Told.ID = profileID(A, N.Reg);
    Told.Class = className(N).str();
    Told.SpillWeight = std::isinf(N.SpillWeight) ? -1 : N.SpillWeight;
    for (size_t I = 0; I < N.Uses.size(); ++I) {
      Told.PositionalWeights.push_back(std::isinf(N.Uses[I].SpillWeight) ? -1 : N.Uses[I].SpillWeight);
      Told.UseDistances.push_back(N.Uses[I].Distance);
      if (N.Uses[I].IsSplitPoint && Hands.refusalOfSplit(N.Reg, I).empty())
        Told.SplitSlots.push_back(I);
    }
    for (const InstructionRange &Range : N.Live)
      for (int I = Range.First; I < Range.Last; ++I)
        Told.Vectors.insert(Told.Vectors.end(), OfInstruction[I], OfInstruction[I] + Vectors.dimension());
    return Told;
  }

  const Carrier &Hands;
  const Analyses &A;
  const TargetRegisterInfo &TRI;
  const Problem &P;
  const ColourMap &Colours;
  InstructionVectors &Vectors;
};

unsigned registerCount(const Analyses &A) { return A.MF.getSubtarget().getRegisterInfo()->getNumRegs(); }

} // namespace

unsigned profileID(const Analyses &A, Register Reg) { return registerCount(A) + 1 + Reg.virtRegIndex(); }

Register registerOfProfileID(const Analyses &A, int64_t ID) {
  int64_t Index = ID - registerCount(A) - 1;
  if (Index < 0 || Index >= A.MF.getRegInfo().getNumVirtRegs())
    return Register();
  return Register::index2VirtReg(static_cast<unsigned>(Index));
}

Profile profileOf(const Carrier &Hands, const Problem &P, const ColourMap &Colours, InstructionVectors &Vectors) {
  return Profiler(Hands, P, Colours, Vectors).make();
}

} // namespace mlra
