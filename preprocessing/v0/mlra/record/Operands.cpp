//===- Operands.cpp - What each operand does with its virtual register ----===//
#include "record/Operands.h"

#include "LLVMCompat.h"
#include "record/Flags.h"
#include "record/FoldTrials.h"
#include "record/GivenRegister.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

namespace {

unsigned flagsOf(const MachineOperand &MO) {
  bool IsPartial = MO.isDef() && MO.getSubReg();
  return (MO.readsReg() ? OperandFlag::Read : 0) | (MO.isDef() ? OperandFlag::Write : 0) |
         (MO.isTied() ? OperandFlag::Tied : 0) | (IsPartial ? OperandFlag::PartialWrite : 0) |
         (MO.isEarlyClobber() ? OperandFlag::EarlyClobber : 0) | (MO.isUndef() ? OperandFlag::Undef : 0) |
         (MO.isDead() ? OperandFlag::Dead : 0) | (MO.isImplicit() ? OperandFlag::Implicit : 0);
}

/// What a use point has of its operands: these bits have the same numbers.
constexpr unsigned SharedFlags = UseFlag::Read | UseFlag::Write | UseFlag::Tied | UseFlag::PartialWrite |
                                 UseFlag::EarlyClobber;
static_assert(SharedFlags == (OperandFlag::Read | OperandFlag::Write | OperandFlag::Tied | OperandFlag::PartialWrite |
                              OperandFlag::EarlyClobber));

/// All operands of one node at one instruction.
struct Touch {
  int Instruction;
  unsigned Flags; ///< of a use point there
  size_t First;   ///< its entries of Problem::Operands, not all between them
  size_t Last;
};

class OperandCollector {
public:
  OperandCollector(const Analyses &A, const NodeNumbers &Numbers, FoldTrials &Folds, Problem &Result)
      : A(A), Numbers(Numbers), Folds(A, Folds), TII(*A.MF.getSubtarget().getInstrInfo()), Result(Result),
        TouchesOf(Result.Nodes.size()) {}

  void addInstruction(MachineInstr &MI, int Instruction) {
    auto Copy = TII.isCopyInstr(MI);
    if (Copy)
      addCopy(*Copy, Instruction);
    size_t First = Result.Operands.size();
    for (unsigned Index = 0; Index < MI.getNumOperands(); ++Index)
      if (const MachineOperand &MO = MI.getOperand(Index); MO.isReg())
        if (int Node = Numbers.of(MO.getReg()); Node >= 0)
          Result.Operands.push_back({Instruction, Index, Node, MO.getSubReg(), flagsOf(MO)});
    if (First == Result.Operands.size())
      return;
    unsigned Flags = (Copy ? UseFlag::Copy : 0) | (MI.isTerminator() ? UseFlag::Terminator : 0);
    Folds.select(MI);
    for (size_t Entry = First; Entry < Result.Operands.size(); ++Entry)
      if (isFirstOfNode(First, Entry))
        addTouch(Entry, Flags);
  }

  /// Once all instructions are there.
  void completeNodes(const Positions &P) {
    for (size_t I = 0; I < Result.Nodes.size(); ++I) {
      Node &N = Result.Nodes[I];
      addUseFlags(N, TouchesOf[I]);
      addDeadFlags(A.LIS.getInterval(N.Reg), static_cast<int>(I), P);
    }
  }

private:
  bool isFirstOfNode(size_t First, size_t Entry) const {
    for (size_t Earlier = First; Earlier < Entry; ++Earlier)
      if (Result.Operands[Earlier].Node == Result.Operands[Entry].Node)
        return false;
    return true;
  }

  void addTouch(size_t Entry, unsigned Flags) {
    const NodeOperand &First = Result.Operands[Entry];
    Indices.clear();
    for (size_t Other = Entry; Other < Result.Operands.size(); ++Other)
      if (const NodeOperand &O = Result.Operands[Other]; O.Node == First.Node) {
        Flags |= O.Flags & SharedFlags;
        Indices.push_back(O.Index);
      }
    if (Folds.isFoldable(Indices))
      Flags |= UseFlag::Foldable;
    TouchesOf[First.Node].push_back({First.Instruction, Flags, Entry, Result.Operands.size()});
  }

  CopyEnd endOf(const MachineOperand &MO) const {
    if (int Node = Numbers.of(MO.getReg()); Node >= 0)
      return {-1 - Node, MO.getSubReg()};
    Register Reg = givenRegister(MO, A.VRM);
    return {static_cast<int>(Reg.id()), 0};
  }

  void addCopy(const DestSourcePair &Copy, int Instruction) {
    NodeCopy C{Instruction, endOf(*Copy.Destination), endOf(*Copy.Source)};
    if (C.To.Place < 0 || C.From.Place < 0)
      Result.Copies.push_back(C);
  }

  /// Use points are ascending, and each is an instruction that touches the node.
  static void addUseFlags(Node &N, ArrayRef<Touch> Touches) {
    const Touch *T = Touches.begin();
    for (UsePoint &Use : N.Uses) {
      while (T != Touches.end() && T->Instruction < Use.Instruction)
        ++T;
      if (T != Touches.end() && T->Instruction == Use.Instruction)
        Use.Flags = T->Flags;
    }
  }

  /// An instruction need not say that nobody reads what it writes: the live range knows.
  void addDeadFlags(const LiveInterval &LI, int Node, const Positions &P) {
    const Touch *T = TouchesOf[Node].begin();
    for (const LiveRange::Segment &S : LI) {
      if (!S.end.isDead() || !SlotIndex::isSameInstr(S.start, S.end))
        continue;
      int Instruction = P.instructionAt(S.end);
      while (T != TouchesOf[Node].end() && T->Instruction < Instruction)
        ++T;
      if (T != TouchesOf[Node].end() && T->Instruction == Instruction)
        for (size_t Entry = T->First; Entry < T->Last; ++Entry)
          if (NodeOperand &O = Result.Operands[Entry]; O.Node == Node && (O.Flags & OperandFlag::Write))
            O.Flags |= OperandFlag::Dead;
    }
  }

  const Analyses &A;
  const NodeNumbers &Numbers;
  FunctionFolds Folds;
  const TargetInstrInfo &TII;
  Problem &Result;
  std::vector<SmallVector<Touch, 4>> TouchesOf;
  SmallVector<unsigned, 4> Indices;
};

} // namespace

NodeNumbers::NodeNumbers(const MachineRegisterInfo &MRI, ArrayRef<const LiveInterval *> Intervals)
    : NodeOf(MRI.getNumVirtRegs(), -1) {
  int Node = 0;
  for (const LiveInterval *LI : Intervals)
    NodeOf[LI->reg().virtRegIndex()] = Node++;
}

void addOperands(const Analyses &A, const Positions &P, const NodeNumbers &Numbers, FoldTrials &Folds,
                 Problem &Result) {
  OperandCollector Collector(A, Numbers, Folds, Result);
  int Instruction = 0;
  for (MachineBasicBlock &MBB : A.MF)
    for (MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Collector.addInstruction(MI, Instruction++);
  Collector.completeNodes(P);
}

} // namespace mlra
