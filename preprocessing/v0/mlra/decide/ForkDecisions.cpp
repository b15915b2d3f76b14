//===- ForkDecisions.cpp - What the RL4ReAl fork's models say, as decisions ----===//
#include "decide/ForkDecisions.h"

#include "decide/Profile.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

#include <limits>

using namespace llvm;

namespace mlra {

namespace {

/// The largest number that the text of a decision has room for.
constexpr unsigned Nobody = std::numeric_limits<int32_t>::max();

/// What nobody is called where there is no such register.
NodeName nameOf(const Carrier &Hands, Register Reg) {
  std::optional<NodeName> Name = Reg.isValid() ? Hands.names().nameOf(Reg) : std::nullopt;
  return Name.value_or(NodeName{Nobody});
}

Decision decision(DecisionKind Kind, NodeName Node) {
  Decision D;
  D.Kind = Kind;
  D.Node = Node;
  return D;
}

unsigned pointNumber(int64_t Point) { return Point < 0 || Point > Nobody ? Nobody : static_cast<unsigned>(Point); }

/// The register of a colour; a name that no register has where there is none.
std::string registerName(const Analyses &A, const ColourMap &Colours, Register Reg, int64_t Colour) {
  MCRegister Found;
  if (Reg.isValid() && Colour > 0 && Colour < Nobody)
    if (const TargetRegisterClass *RC = A.MF.getRegInfo().getRegClassOrNull(Reg))
      Found = Colours.registerOf(static_cast<unsigned>(Colour), *RC);
  return Found ? A.MF.getSubtarget().getRegisterInfo()->getName(Found) : "colour " + std::to_string(Colour);
}

} // namespace

Decision splitDecision(const Carrier &Hands, const ForkAction &Action) {
  Decision D = decision(DecisionKind::Split, nameOf(Hands, registerOfProfileID(Hands.analyses(), Action.Register)));
  D.Place = pointNumber(Action.Point);
  return D;
}

std::string carryOutSplit(Carrier &Hands, const ForkAction &Action, std::vector<Decision> &List) {
  List.push_back(splitDecision(Hands, Action));
  Register Reg = Hands.names().find(List.back().Node);
  if (!Reg.isValid())
    return "no such register";
  SmallVector<Register, 4> New;
  return Hands.split(Reg, List.back().Place, New);
}

void appendColours(const Carrier &Hands, const ColourMap &Colours, const ForkAction &Action, bool IsSpillForced,
                   std::vector<Decision> &List) {
  const Analyses &A = Hands.analyses();
  for (auto [ID, Colour] : Action.Colours) {
    bool IsPhysical = ID > 0 && ID < A.MF.getSubtarget().getRegisterInfo()->getNumRegs();
    if (IsPhysical && (!Colour || Colours.colourOf(MCRegister(unsigned(ID))) == Colour))
      continue; // a model may tell of its fixed nodes, too
    Register Reg = registerOfProfileID(A, ID);
    NodeName Name = nameOf(Hands, Reg);
    if (Colour) {
      Decision D = decision(DecisionKind::Assign, Name);
      D.Name = registerName(A, Colours, Reg, Colour);
      List.push_back(std::move(D));
    } else if (IsSpillForced) {
      List.push_back(decision(DecisionKind::Spill, Name));
    }
  }
}

} // namespace mlra
