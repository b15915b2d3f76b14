//===- PiecePlan.cpp - How one register becomes its recorded pieces -------------===//
#include "decide/PiecePlan.h"

#include "LLVMCompat.h"
#include "decide/PieceFlow.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <map>

using namespace llvm;

namespace mlra {

int PiecePlan::onlyRegister() const {
  bool IsOne = Moves.empty() && Stores.empty() && !Operands.empty() &&
               llvm::all_of(Operands, [&](const PlannedOperand &O) { return O.Place == Operands.front().Place; });
  return IsOne ? std::max(Places[Operands.front().Place], 0) : 0;
}

namespace {

class Planner {
public:
  Planner(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded, const RecordedNode &Node,
          PiecePlan &Plan)
      : A(A), Code(Code), Recorded(Recorded), Node(Node), Plan(Plan),
        LI(A.LIS.getInterval(Register::index2VirtReg(Node.Register))) {
    Plan.Node = LI.reg();
    Plan.Places = {RecordedPlace::Slot};
  }

  std::string plan() {
    if (std::string Why = refusal(); !Why.empty())
      return Why;
    for (const RecordedPart &Part : Node.Parts)
      if (Part.Place > 0 && !is_contained(Plan.Places, Part.Place))
        Plan.Places.push_back(Part.Place);
    if (Plan.Places.size() > MostPlaces)
      return "it lies in more than 63 registers";
    for (auto Step : {&Planner::planOperands, &Planner::planMoves})
      if (std::string Why = (this->*Step)(); !Why.empty())
        return Why;
    PieceFlow Flow(A, Code, Recorded, Plan);
    Flow.solve(StoresAll);
    std::string Why = check(Flow);
    if (Why.empty() || !IsSomewhereNowhere)
      return Why;
    StoresAll = true; // a value that is nowhere is computed from what was stored, which the spiller then drops
    Flow.solve(StoresAll);
    return check(Flow);
  }

private:
  std::string refusal() const {
    const MachineRegisterInfo &MRI = A.MF.getRegInfo();
    if (LI.hasSubRanges())
      return "its lanes live apart";
    if (A.MF.hasEHFunclets())
      return "the function has funclets";
    if (compat::copyCost(*MRI.getRegClass(LI.reg())) < 0)
      return "its class cannot be copied";
    for (const MachineInstr &MI : MRI.reg_nodbg_instructions(LI.reg())) {
      if (MI.isBundled())
        return "it is used in a bundle";
      if (MI.isTerminator() && MI.modifiesRegister(LI.reg(), nullptr))
        return "a terminator defines it";
    }
    return "";
  }

  std::optional<PlaceIndex> indexOf(int Place) const {
    if (Place <= 0)
      return SlotOrNowhere;
    auto Found = find(Plan.Places, Place);
    if (Found == Plan.Places.end())
      return std::nullopt;
    return static_cast<PlaceIndex>(Found - Plan.Places.begin());
  }

  /// Where the node may be read or written at a position, and nothing outside of its parts.
  PlaceSet placesAt(int Position) {
    PlaceSet Found = 0;
    for (const RecordedPart &Part : Node.Parts)
      if (Part.Range.First <= Position && Position < Part.Range.Last) {
        Found |= only(*indexOf(Part.Place));
        IsSomewhereNowhere |= Part.Place == RecordedPlace::Nowhere;
      }
    return Found;
  }

  std::string planOperands() {
    std::map<std::pair<int, unsigned>, int> Chosen;
    for (const RecordedChoice &Choice : Node.Choices)
      Chosen[{Choice.Instruction, Choice.Operand}] = Choice.Place;
    for (MachineOperand &MO : A.MF.getRegInfo().reg_nodbg_operands(LI.reg())) {
      int Instruction = Code.numberOf(*MO.getParent());
      PlaceSet Possible = placesAt(2 * Instruction + (MO.isDef() && !MO.isEarlyClobber()));
      if (!Possible && MO.isUse() && MO.isUndef())
        Possible = Plan.Places.size() > 1 ? only(1) : only(SlotOrNowhere);
      if (!Possible)
        return "no part holds it where it is named";
      PlaceIndex Place = countr_zero(Possible);
      if (auto Found = Chosen.find({Instruction, MO.getOperandNo()}); Found != Chosen.end()) {
        std::optional<PlaceIndex> Index = indexOf(Found->second);
        if (!Index || !(Possible & only(*Index)))
          return "a choice names no part";
        Place = *Index;
      } else if (!isPowerOf2_64(Possible)) {
        if (Place == SlotOrNowhere) // a register counts before a slot
          Place = countr_zero(Possible & ~only(SlotOrNowhere));
        Open.push_back({Plan.Operands.size(), Possible});
      }
      Plan.Operands.push_back({&MO, Place});
    }
    return "";
  }

  std::string planMoves() {
    for (size_t Index : Node.Moves) {
      const RecordedMove &Move = Recorded.Moves[Index];
      if (Move.Kind == MoveKind::Other)
        continue;
      std::optional<PlaceIndex> From = indexOf(Move.From), To = indexOf(Move.To);
      if (!From || !To)
        return "a move is of a part of a register";
      if (!Code.whereIs(Move))
        return "a move lies where no code can be put";
      PlannedMove Planned{Index, *From, *To};
      if (Move.Kind == MoveKind::Rematerialization) {
        Planned.Value = valueOf(Move);
        if (!Planned.Value)
          return "a value cannot be computed anew";
      } else if (*From == *To) {
        continue; // a copy of a register to itself
      }
      Plan.Moves.push_back(Planned);
    }
    return "";
  }

  SlotIndex slotOf(const RecordedMove &Move) const {
    MachineBasicBlock::iterator Where = *Code.whereIs(Move);
    MachineBasicBlock &MBB = Code.block(Move.Block);
    return Where == MBB.end() ? A.LIS.getMBBEndIdx(&MBB).getPrevSlot()
                              : A.LIS.getInstructionIndex(Code.instruction(Move.Instruction)).getBaseIndex();
  }

  /// The value that the move computes, if it is the one that lives there.
  const VNInfo *valueOf(const RecordedMove &Move) const {
    if (Move.Value < 0 || Move.Value >= Code.count())
      return nullptr;
    SlotIndex Where = slotOf(Move);
    VNInfo *Value = A.LIS.getInterval(LI.reg()).getVNInfoAt(Where);
    if (!Value || Value->isPHIDef() || A.LIS.getInstructionFromIndex(Value->def) != &Code.instruction(Move.Value))
      return nullptr;
    return compat::canRematerializeAt(Code.instruction(Move.Value), LI, *Value, Where, A.MF, A.LIS, A.VRM) ? Value
                                                                                                           : nullptr;
  }

  std::string check(const PieceFlow &Flow) {
    bool IsMissing = false;
    bool DoMovesHold = Flow.forEachRead([&](size_t Index, PlaceSet Held) {
      choose(Index, Held);
      IsMissing |= !(Held & only(Plan.Operands[Index].Place));
    });
    if (!DoMovesHold)
      return "a move reads a place that does not hold the value";
    if (IsMissing)
      return "an operand reads a place that does not hold the value";
    return tiedApart() ? "tied operands are in different places" : planStores();
  }

  /// Where the answer leaves a choice that nobody recorded: a place that holds the value.
  void choose(size_t Index, PlaceSet Held) {
    for (const auto &[Operand, Possible] : Open)
      if (Operand == Index && !(Held & only(Plan.Operands[Index].Place)) && (Possible & Held))
        Plan.Operands[Index].Place = countr_zero(Possible & Held);
  }

  bool tiedApart() const {
    DenseMap<const MachineOperand *, PlaceIndex> PlaceOf;
    for (const PlannedOperand &Planned : Plan.Operands)
      PlaceOf[Planned.Operand] = Planned.Place;
    for (const PlannedOperand &Planned : Plan.Operands) {
      const MachineOperand &MO = *Planned.Operand;
      if (!MO.isDef() || !MO.isTied())
        continue;
      const MachineInstr &MI = *MO.getParent();
      const MachineOperand &Use = MI.getOperand(MI.findTiedOperandIdx(MO.getOperandNo()));
      auto Found = PlaceOf.find(&Use);
      if (Found != PlaceOf.end() && Found->second != Planned.Place)
        return true;
    }
    return false;
  }

  std::string planStores() {
    Plan.Stores.clear();
    if (!StoresAll)
      return "";
    for (const PlannedOperand &Planned : Plan.Operands)
      if (Planned.Operand->isDef() && Planned.Place != SlotOrNowhere) {
        if (Planned.Operand->getParent()->isTerminator())
          return "a value that is nowhere later is defined by a terminator";
        size_t Instruction = Code.numberOf(*Planned.Operand->getParent());
        Plan.Stores.push_back({Instruction, Planned.Place, SlotOrNowhere});
      }
    return "";
  }

  const Analyses &A;
  const NumberedCode &Code;
  const RecordedParts &Recorded;
  const RecordedNode &Node;
  PiecePlan &Plan;
  const LiveInterval &LI;
  std::vector<std::pair<size_t, PlaceSet>> Open; ///< operands with several places and no recorded choice
  bool IsSomewhereNowhere = false, StoresAll = false;
};

} // namespace

std::string planPieces(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded,
                       const RecordedNode &Node, PiecePlan &Plan) {
  return Planner(A, Code, Recorded, Node, Plan).plan();
}

} // namespace mlra
