//===- PartsDecider.cpp - The expert's recorded answer, carried out again -------===//
#include "decide/PartsDecider.h"

#include "decide/PieceEdit.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using mlra::useAsDefault;

static cl::opt<std::string> PartsPath("mlra-parts", cl::value_desc("file"),
                                      cl::desc("Carry out the recorded answers of this file"),
                                      cl::callback([](const std::string &) { useAsDefault(true); }));

namespace mlra {

namespace {

/// The rows of a function's nodes, each node's together; ascending.
std::vector<RecordedNode> nodesOf(const RecordedParts &Recorded) {
  std::vector<RecordedNode> Nodes;
  ArrayRef<RecordedPart> Rows(Recorded.Parts);
  for (size_t First = 0, Last; First < Rows.size(); First = Last) {
    for (Last = First; Last < Rows.size() && Rows[Last].Register == Rows[First].Register; ++Last) {
    }
    Nodes.push_back({Rows[First].Register, Rows.slice(First, Last - First), {}, {}});
  }
  auto Find = [&](unsigned Register) {
    return llvm::find_if(Nodes, [&](const RecordedNode &Node) { return Node.Register == Register; });
  };
  for (const RecordedChoice &Choice : Recorded.Choices)
    if (auto Node = Find(Choice.Register); Node != Nodes.end())
      Node->Choices.push_back(Choice);
  for (size_t Move = 0; Move < Recorded.Moves.size(); ++Move)
    if (auto Node = Find(Recorded.Moves[Move].Register); Node != Nodes.end())
      Node->Moves.push_back(Move);
  return Nodes;
}

/// Carries one function's answer out.
class Replay {
public:
  Replay(const Episode &E, Carrier &Hands, const RecordedParts &Recorded)
      : E(E), A(E.A), Hands(Hands), Recorded(Recorded), Nodes(nodesOf(Recorded)), Code(A) {}

  void run() {
    std::vector<PiecePlan> Plans = plans();
    std::vector<PieceResult> Results = cutIntoPieces(A, Code, Recorded, Plans);
    for (const PieceResult &Result : Results)
      Hands.edited(Result.Node, Result.All);
    eraseUnread(Results); // a value that is only ever computed anew needs no slot
    for (const PieceResult &Result : Results)
      for (Register Piece : Result.ToSpill)
        spill(Piece);
    eraseUnread(Results);
    Hands.endEdits();
    for (const PieceResult &Result : Results)
      for (auto [Piece, Place] : Result.InRegister)
        assign(Piece, Place);
    for (auto [Reg, Place] : Whole) {
      A.MF.getRegInfo().recomputeRegClass(Reg); // as LLVM does where it splits
      assign(Reg, Place);
    }
    for (auto [Register, Place] : Recorded.Assigned)
      assign(Register::index2VirtReg(Register), Place);
    assignRest(Results);
  }

private:
  bool isNamed(Register Reg) const {
    const MachineRegisterInfo &MRI = A.MF.getRegInfo();
    return Reg.virtRegIndex() < MRI.getNumVirtRegs() && !MRI.reg_nodbg_empty(Reg) && A.LIS.hasInterval(Reg);
  }

  std::vector<PiecePlan> plans() {
    std::vector<PiecePlan> Plans;
    for (const RecordedNode &Node : Nodes) {
      PiecePlan Plan;
      std::string Why = isNamed(Register::index2VirtReg(Node.Register)) ? planPieces(A, Code, Recorded, Node, Plan)
                                                                        : "there is no such node";
      if (!E.Count.note("pieces", Why))
        continue;
      if (int Place = Plan.onlyRegister())
        Whole.push_back({Plan.Node, Place});
      else
        Plans.push_back(std::move(Plan));
    }
    return dropDependent(std::move(Plans));
  }

  /// A value that is computed anew from a register which is itself cut: its piece there is not known.
  std::vector<PiecePlan> dropDependent(std::vector<PiecePlan> Plans) {
    DenseSet<Register> Cut;
    for (const PiecePlan &Plan : Plans)
      Cut.insert(Plan.Node);
    erase_if(Plans, [&](const PiecePlan &Plan) {
      for (const PlannedMove &Move : Plan.Moves)
        if (Move.Value)
          for (const MachineOperand &MO : Code.instruction(Recorded.Moves[Move.Move].Value).operands())
            if (MO.isReg() && MO.isUse() && Cut.contains(MO.getReg()))
              return !E.Count.note("pieces", "a value is computed anew from a register that is cut");
      return false;
    });
    return Plans;
  }

  void eraseUnread(std::vector<PieceResult> &Results) {
    for (PieceResult &Result : Results) {
      size_t Before = Result.All.size();
      mlra::eraseUnread(A, Result);
      Hands.edited(Result.Node, ArrayRef<Register>(Result.All).drop_front(Before));
    }
  }

  void spill(Register Piece) {
    if (!isNamed(Piece)) // another spill took it along
      return;
    LiveInterval &LI = A.LIS.getInterval(Piece);
    if (!LI.isSpillable()) // too short, for LLVM, to be worth it
      LI.setWeight(1);
    Hands.spill(Piece);
  }

  void assign(Register Reg, int Place) {
    if (isNamed(Reg) && Place > 0 && !A.VRM.hasPhys(Reg))
      Hands.assign(Reg, MCRegister(static_cast<unsigned>(Place)));
  }

  /// What the spiller made of nodes that were cut: an original instruction that names it tells where the answer has the
  /// node there.
  void assignRest(ArrayRef<PieceResult> Cut) {
    DenseSet<Register> WasCut;
    for (const PieceResult &Result : Cut)
      WasCut.insert(Result.Node);
    DenseMap<Register, const RecordedNode *> NodeOf;
    for (const RecordedNode &Node : Nodes)
      if (Register Reg = Register::index2VirtReg(Node.Register); WasCut.contains(Reg))
        NodeOf[Reg] = &Node;
    for (Register Reg : Hands.open())
      if (const RecordedNode *Node = NodeOf.lookup(A.VRM.getOriginal(Reg)))
        assign(Reg, placeOf(Reg, *Node));
  }

  int placeOf(Register Reg, const RecordedNode &Node) const {
    for (const MachineOperand &MO : A.MF.getRegInfo().reg_nodbg_operands(Reg)) {
      std::optional<int> Number = Code.numberAt(A.LIS.getInstructionIndex(*MO.getParent()));
      if (!Number)
        continue;
      int Position = 2 * *Number + (MO.isDef() && !MO.isEarlyClobber());
      for (const RecordedPart &Part : Node.Parts)
        if (Part.Place > 0 && Part.Range.First <= Position && Position < Part.Range.Last)
          return Part.Place;
    }
    return RecordedPlace::Nowhere;
  }

  const Episode &E;
  const Analyses &A;
  Carrier &Hands;
  const RecordedParts &Recorded;
  std::vector<RecordedNode> Nodes;
  NumberedCode Code;
  std::vector<std::pair<Register, int>> Whole; ///< that are not cut after all
};

class PartsDecider final : public Decider {
public:
  StringRef name() const override { return "parts"; }

  std::string begin(Module &M) override {
    ErrorOr<std::unique_ptr<MemoryBuffer>> Read = MemoryBuffer::getFile(PartsPath, /*IsText=*/true);
    if (!Read)
      return PartsPath + ": " + Read.getError().message();
    Text = std::move(*Read);
    for (StringRef Rest = Text->getBuffer(); !Rest.empty();) {
      auto [Line, Behind] = Rest.split('\n');
      Rest = Behind;
      if (std::string Function = functionOf(Line); !Function.empty())
        LineOf[Function] = Line;
    }
    return "";
  }

  bool wants(const MachineFunction &MF, unsigned FunctionID) override { return LineOf.count(MF.getName()); }

  void decide(const Episode &E, Carrier &Hands) override {
    RecordedParts Recorded;
    std::string Problem = parseParts(
        LineOf.lookup(E.A.MF.getName()), [&](StringRef Name) { return Hands.registerNamed(Name); }, Recorded);
    if (Problem.empty() && Recorded.Instructions != static_cast<int>(E.Recorded.Shapes.size()))
      Problem = "it has " + std::to_string(Recorded.Instructions) + " instructions, the function " +
                std::to_string(E.Recorded.Shapes.size()) + ": it is of other code";
    if (Problem.empty())
      Replay(E, Hands, Recorded).run();
    else
      E.Count.Failure = PartsPath + ": " + Problem;
  }

private:
  std::unique_ptr<MemoryBuffer> Text;
  StringMap<StringRef> LineOf;
};

} // namespace

bool isPartsDeciderChosen() { return !PartsPath.empty(); }

std::unique_ptr<Decider> createPartsDecider() { return std::make_unique<PartsDecider>(); }

} // namespace mlra
