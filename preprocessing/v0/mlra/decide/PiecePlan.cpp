//===- PiecePlan.cpp - How one register becomes its recorded pieces -------------===//
#include "decide/PiecePlan.h"

#include "LLVMCompat.h"

#include "llvm/ADT/PostOrderIterator.h"
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

using PlaceSet = uint64_t;
constexpr PlaceSet Anywhere = ~PlaceSet(0);
constexpr PlaceIndex SlotOrNowhere = 0;
constexpr unsigned MostPlaces = 64;

PlaceSet only(PlaceIndex Place) { return PlaceSet(1) << Place; }

/// What happens to the node's places at one instruction: first the moves in front of it, then what it reads, then what
/// it writes.
struct Event {
  int Instruction;
  enum Phase { Moves, Reads, Writes } When;
  size_t Index; ///< in Plan.Moves or Plan.Operands
};

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
    orderEvents();
    solve();
    std::string Why = check();
    if (Why.empty() || !IsSomewhereNowhere)
      return Why;
    StoresAll = true; // a value that is nowhere is computed from what was stored, which the spiller then drops
    solve();
    return check();
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

  static bool isPartial(const MachineOperand &MO) { return MO.isDef() && MO.readsReg(); }

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

  void orderEvents() {
    EventsOf.resize(Code.blockCount());
    for (size_t I = 0; I < Plan.Moves.size(); ++I) {
      const RecordedMove &Move = Recorded.Moves[Plan.Moves[I].Move];
      EventsOf[Move.Block].push_back({Move.Instruction, Event::Moves, I});
    }
    for (size_t I = 0; I < Plan.Operands.size(); ++I) {
      const MachineOperand &MO = *Plan.Operands[I].Operand;
      const MachineInstr &MI = *MO.getParent();
      std::vector<Event> &Events = EventsOf[Code.numberOf(*MI.getParent())];
      if (MO.isUse() ? !MO.isUndef() : isPartial(MO))
        Events.push_back({Code.numberOf(MI), Event::Reads, I});
      if (MO.isDef())
        Events.push_back({Code.numberOf(MI), Event::Writes, I});
    }
    for (std::vector<Event> &Events : EventsOf)
      llvm::sort(Events, [](const Event &X, const Event &Y) {
        return std::tie(X.Instruction, X.When, X.Index) < std::tie(Y.Instruction, Y.When, Y.Index);
      });
  }

  /// Runs through a block. `Read` is called with an operand and the places that hold the value there.
  template <typename ReadT> PlaceSet runThrough(int Block, PlaceSet Held, ReadT Read) {
    int Written = -1;
    for (const Event &E : EventsOf[Block]) {
      if (E.When == Event::Moves) {
        const PlannedMove &Move = Plan.Moves[E.Index];
        if (!Move.Value && !(Held & only(Move.From)))
          IsMoveOfNothing = true;
        Held |= only(Move.To);
      } else if (E.When == Event::Reads) {
        Read(E.Index, Held);
      } else {
        Held = (E.Instruction == Written ? Held : 0) | only(Plan.Operands[E.Index].Place);
        if (StoresAll)
          Held |= only(SlotOrNowhere);
        Written = E.Instruction;
      }
    }
    return Held;
  }

  PlaceSet heldAtEntry(const MachineBasicBlock &MBB) const {
    if (!A.LIS.isLiveInToMBB(LI, &MBB))
      return 0;
    PlaceSet Held = Anywhere;
    for (const MachineBasicBlock *From : MBB.predecessors())
      Held &= HeldAtEnd[Code.numberOf(*From)];
    return Held;
  }

  void solve() {
    HeldAtEnd.assign(Code.blockCount(), Anywhere);
    ReversePostOrderTraversal<MachineFunction *> Order(&A.MF);
    for (bool Changes = true; Changes;) {
      Changes = false;
      for (const MachineBasicBlock *MBB : Order) {
        PlaceSet &Held = HeldAtEnd[Code.numberOf(*MBB)];
        PlaceSet Now = runThrough(Code.numberOf(*MBB), heldAtEntry(*MBB), [](size_t, PlaceSet) {});
        Changes |= Now != Held;
        Held = Now;
      }
    }
  }

  std::string check() {
    IsMoveOfNothing = false;
    bool IsMissing = false;
    for (int Block = 0; Block < Code.blockCount(); ++Block)
      runThrough(Block, heldAtEntry(Code.block(Block)), [&](size_t Index, PlaceSet Held) {
        choose(Index, Held);
        IsMissing |= !(Held & only(Plan.Operands[Index].Place));
      });
    if (IsMoveOfNothing)
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
  std::vector<std::vector<Event>> EventsOf;      ///< by block
  std::vector<PlaceSet> HeldAtEnd;               ///< by block
  std::vector<std::pair<size_t, PlaceSet>> Open; ///< operands with several places and no recorded choice
  bool IsSomewhereNowhere = false, StoresAll = false, IsMoveOfNothing = false;
};

} // namespace

std::string planPieces(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded,
                       const RecordedNode &Node, PiecePlan &Plan) {
  return Planner(A, Code, Recorded, Node, Plan).plan();
}

} // namespace mlra
