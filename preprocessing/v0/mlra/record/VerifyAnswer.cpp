//===- VerifyAnswer.cpp - The recorded answer, read as a reader would ----------===//
#include "record/VerifyAnswer.h"

#include "LLVMCompat.h"
#include "record/Fates.h"
#include "record/Flags.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>
#include <tuple>

using namespace llvm;

namespace mlra {

namespace {

using Findings = std::vector<std::string>;

std::string nodeName(const Problem &Recorded, int Node) {
  return "%" + std::to_string(Register(Recorded.Nodes[Node].Reg).virtRegIndex());
}

std::string text(PositionRange R) { return "[" + std::to_string(R.First) + ", " + std::to_string(R.Last) + ")"; }

/// All parts, of the nodes without a fate too.
class WholeAnswer {
public:
  WholeAnswer(const Problem &Recorded, const CodeBefore &Before, const Answer &Given)
      : Recorded(Recorded), Before(Before), Of(Recorded.Nodes.size()) {
    for (const Part &P : Given.Places.Pieces)
      Of[P.Node].push_back(P);
    for (int Node = 0; Node < int(Of.size()); ++Node)
      if (!Given.Places.Fates[Node])
        for (PositionRange R : life(Node))
          Of[Node].push_back({Node, R, Given.Words.Nodes[Node].Assigned});
    for (const Choice &C : Given.Places.Choices)
      Choices[C.Operand] = C.Place;
  }

  std::vector<PositionRange> life(int Node) const {
    std::vector<PositionRange> Result;
    for (const OriginalSegment &S : Before.segments(Node))
      if (PositionRange R = Before.positions(S.Start, S.End); R.First < R.Last) {
        if (!Result.empty() && Result.back().Last == R.First)
          Result.back().Last = R.Last;
        else
          Result.push_back(R);
      }
    return Result;
  }

  ArrayRef<Part> parts(int Node) const { return Of[Node]; }

  /// The register that an operand names; 0 if the numbers do not tell.
  unsigned registerAt(int Node, int Position, unsigned Operand) const {
    unsigned Found = 0, Several = 0;
    for (const Part &P : Of[Node])
      if (P.Place > 0 && P.Range.First <= Position && Position < P.Range.Last)
        Found = P.Place, ++Several;
    if (Several < 2)
      return Found;
    auto C = Choices.find(Operand);
    return C == Choices.end() ? 0 : unsigned(C->second);
  }

private:
  const Problem &Recorded;
  const CodeBefore &Before;
  std::vector<std::vector<Part>> Of;
  DenseMap<unsigned, MCPhysReg> Choices;
};

void verifyTiles(const Problem &Recorded, const WholeAnswer &Whole, Findings &Found) {
  for (int Node = 0; Node < int(Recorded.Nodes.size()); ++Node) {
    std::vector<PositionRange> Covered;
    bool IsLastRegister = true;
    for (const Part &P : Whole.parts(Node)) {
      bool IsRegister = P.Place > 0;
      if (!Covered.empty() && P.Range.First < Covered.back().Last && !(IsRegister && IsLastRegister))
        Found.push_back("parts of " + nodeName(Recorded, Node) + " overlap at " + text(P.Range));
      if (!Covered.empty() && P.Range.First <= Covered.back().Last)
        Covered.back().Last = std::max(Covered.back().Last, P.Range.Last);
      else
        Covered.push_back(P.Range);
      IsLastRegister = IsRegister;
    }
    std::vector<PositionRange> Life = Whole.life(Node);
    bool IsSame = std::equal(Covered.begin(), Covered.end(), Life.begin(), Life.end(),
                             [](PositionRange X, PositionRange Y) { return X.First == Y.First && X.Last == Y.Last; });
    if (IsSame)
      continue;
    std::string Text = "parts of " + nodeName(Recorded, Node) + " cover";
    for (PositionRange R : Covered)
      Text += " " + text(R);
    Text += ", not";
    for (PositionRange R : Life)
      Text += " " + text(R);
    Found.push_back(Text);
  }
}

/// One register unit that a node holds, or that is taken before allocation (node -1).
struct Held {
  unsigned Unit;
  PositionRange Range;
  int Node;
  int Place; ///< the register, 0 for a fixed range
};

class UnitCheck {
public:
  UnitCheck(const Analyses &A, const Problem &Recorded, const WholeAnswer &Whole)
      : Recorded(Recorded), TRI(*A.MF.getSubtarget().getRegisterInfo()) {
    for (int Node = 0; Node < int(Recorded.Nodes.size()); ++Node)
      for (const Part &P : Whole.parts(Node))
        if (P.Place > 0)
          for (auto Unit : TRI.regunits(MCRegister(P.Place)))
            All.push_back({compat::unitNumber(Unit), P.Range, Node, P.Place});
    for (const FixedUnit &Fixed : Recorded.Fixed.Units)
      for (size_t I = 0; I < Fixed.Live.size(); I += 2)
        All.push_back({Fixed.Unit, {Fixed.Live[I], Fixed.Live[I + 1]}, -1, 0});
    llvm::sort(All, [](const Held &X, const Held &Y) {
      return std::tie(X.Unit, X.Range.First, X.Range.Last, X.Node) <
             std::tie(Y.Unit, Y.Range.First, Y.Range.Last, Y.Node);
    });
  }

  void verify(Findings &Found) const {
    std::vector<Held> Active;
    for (const Held &H : All) {
      erase_if(Active, [&](const Held &X) { return X.Unit != H.Unit || X.Range.Last <= H.Range.First; });
      for (const Held &X : Active)
        if (X.Node != H.Node && !isCopyBetween(X, H))
          Found.push_back(name(X) + " and " + name(H) + " share " + unitName(H.Unit) + " at " +
                          std::to_string(H.Range.First));
      Active.push_back(H);
    }
  }

private:
  std::string name(const Held &H) const { return H.Node < 0 ? "a fixed range" : nodeName(Recorded, H.Node); }

  std::string unitName(unsigned Unit) const {
    return TRI.getName(*MCRegUnitRootIterator(static_cast<MCRegUnit>(Unit), &TRI));
  }

  /// Where one is the other's copy, be it of a part, and lies where the copy vanishes, both may live on: the value is
  /// the same.
  bool isCopyBetween(const Held &X, const Held &Y) const {
    const Held &Fixed = X.Node < 0 ? X : Y, &Other = X.Node < 0 ? Y : X;
    int At = std::max(X.Range.First, Y.Range.First);
    if (Fixed.Node >= 0 || At % 2 == 0)
      return false;
    auto Vanishes = [&](const CopyEnd &Node, const CopyEnd &Register) {
      if (Node.Place != -1 - Other.Node || Register.Place <= 0)
        return false;
      MCRegister Place(Other.Place);
      return (Node.SubReg ? TRI.getSubReg(Place, Node.SubReg) : Place) == MCRegister(Register.Place);
    };
    return any_of(Recorded.Copies, [&](const NodeCopy &C) {
      return C.Instruction == At / 2 && (Vanishes(C.To, C.From) || Vanishes(C.From, C.To));
    });
  }

  const Problem &Recorded;
  const TargetRegisterInfo &TRI;
  std::vector<Held> All;
};

/// What a call clobbers holds no node that lives on.
void verifyMasks(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const WholeAnswer &Whole,
                 Findings &Found) {
  for (const MaskUse &Use : Recorded.Fixed.Masks) {
    const MachineInstr *Call =
        A.LIS.getSlotIndexes()->getInstructionFromIndex(Before.instructions()[Use.Instruction].Index);
    if (!Call)
      continue;
    for (const MachineOperand &MO : Call->operands()) {
      if (!MO.isRegMask())
        continue;
      for (int Node = 0; Node < int(Recorded.Nodes.size()); ++Node)
        for (const Part &P : Whole.parts(Node))
          if (P.Place > 0 && P.Range.First <= 2 * Use.Instruction && P.Range.Last > 2 * Use.Instruction + 1 &&
              MO.clobbersPhysReg(MCRegister(P.Place)))
            Found.push_back(nodeName(Recorded, Node) + " lies in a register that instruction " +
                            std::to_string(Use.Instruction) + " clobbers");
    }
  }
}

void verifyOperands(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const WholeAnswer &Whole,
                    ArrayRef<Change> Changed, Findings &Found) {
  DenseSet<int> IsChanged;
  for (const Change &C : Changed)
    IsChanged.insert(C.Instruction);
  for (unsigned Entry = 0; Entry < Recorded.Operands.size(); ++Entry) {
    const NodeOperand &O = Recorded.Operands[Entry];
    bool IsWrite = O.Flags & OperandFlag::Write;
    if (IsChanged.contains(O.Instruction) || (!IsWrite && (O.Flags & OperandFlag::Undef)))
      continue;
    int Position = 2 * O.Instruction + (IsWrite && !(O.Flags & OperandFlag::EarlyClobber));
    unsigned Is = Whole.registerAt(O.Node, Position, Entry);
    const MachineInstr &MI =
        *A.LIS.getSlotIndexes()->getInstructionFromIndex(Before.instructions()[O.Instruction].Index);
    unsigned Expected = A.VRM.getPhys(MI.getOperand(O.Index).getReg()).id();
    if (Is != Expected)
      Found.push_back(nodeName(Recorded, O.Node) + " at instruction " + std::to_string(O.Instruction) +
                      " is in register " + std::to_string(Is) + ", VirtRegMap has " + std::to_string(Expected));
  }
}

bool names(const MachineInstr &MI, int Slot) {
  return any_of(MI.operands(), [&](const MachineOperand &MO) { return MO.isFI() && MO.getIndex() == Slot; });
}

/// What an instruction reads or writes in a slot lies there.
void verifySlotAccesses(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const WholeAnswer &Whole,
                        ArrayRef<Change> Changed, Findings &Found) {
  constexpr unsigned Accesses = ChangeFlag::ReadsSlot | ChangeFlag::WritesSlot;
  for (const Change &C : Changed) {
    if (!(C.Flags & Accesses))
      continue;
    const MachineInstr &MI =
        *A.LIS.getSlotIndexes()->getInstructionFromIndex(Before.instructions()[C.Instruction].Index);
    for (unsigned Entry = Before.instructions()[C.Instruction].FirstOperand; Entry < Before.operandsEnd(C.Instruction);
         ++Entry) {
      const NodeOperand &O = Recorded.Operands[Entry];
      bool IsWrite = O.Flags & OperandFlag::Write;
      int Position = 2 * C.Instruction + IsWrite;
      if ((IsWrite || (O.Flags & OperandFlag::Read)) && names(MI, A.VRM.getStackSlot(Recorded.Nodes[O.Node].Reg)) &&
          none_of(Whole.parts(O.Node),
                  [&](const Part &P) { return P.Place < 0 && P.Range.First <= Position && Position < P.Range.Last; }))
        Found.push_back(nodeName(Recorded, O.Node) + " does not lie in the slot that instruction " +
                        std::to_string(C.Instruction) + (IsWrite ? " writes" : " reads"));
    }
  }
}

/// The one word that version 0 has agrees with the fate.
bool agree(Fate Word, unsigned Flags) {
  switch (Word) {
  case Fate::Assigned:
    return Flags == 0;
  case Fate::Split:
    return (Flags & FateFlag::Split) && !(Flags & FateFlag::Spilled);
  case Fate::Spilled:
    return Flags & FateFlag::Spilled;
  case Fate::Rematerialized:
    return (Flags & FateFlag::Rematerialized) && !(Flags & FateFlag::Spilled);
  case Fate::Eliminated:
    return Flags == FateFlag::Eliminated;
  }
  return false;
}

} // namespace

std::vector<std::string> verifyAnswer(const Analyses &A, const Problem &Recorded, const CodeBefore &Before,
                                      const Answer &Given) {
  Findings Found;
  WholeAnswer Whole(Recorded, Before, Given);
  verifyTiles(Recorded, Whole, Found);
  if (!A.MF.getRegInfo().subRegLivenessEnabled()) // with it, parts of a register may be free
    UnitCheck(A, Recorded, Whole).verify(Found);
  verifyMasks(A, Recorded, Before, Whole, Found);
  verifyOperands(A, Recorded, Before, Whole, Given.Edits.Changed, Found);
  verifySlotAccesses(A, Recorded, Before, Whole, Given.Edits.Changed, Found);
  for (int Node = 0; Node < int(Recorded.Nodes.size()); ++Node)
    if (!agree(Given.Words.Nodes[Node].Kind, Given.Places.Fates[Node]))
      Found.push_back(nodeName(Recorded, Node) + " has outcome " +
                      std::to_string(unsigned(Given.Words.Nodes[Node].Kind)) + " and fate " +
                      std::to_string(Given.Places.Fates[Node]));
  return Found;
}

} // namespace mlra
