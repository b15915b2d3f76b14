//===- PieceEdit.cpp - Registers cut into their recorded pieces -----------------===//
#include "decide/PieceEdit.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/LiveRangeEdit.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// The registers of one plan, by place.
struct Pieces {
  const PiecePlan *Plan;
  SmallVector<Register, 4> Of;
};

/// A move of any plan.
struct Insertion {
  const PlannedMove *Move;
  const Pieces *Cut;
};

class Cutter {
public:
  Cutter(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded)
      : A(A), Code(Code), Recorded(Recorded), MRI(A.MF.getRegInfo()), TII(*A.MF.getSubtarget().getInstrInfo()) {}

  Pieces create(const PiecePlan &Plan) {
    Pieces Result{&Plan, {}};
    SmallVector<Register, 8> New;
    LiveRangeEdit Edit(&A.LIS.getInterval(Plan.Node), New, A.MF, A.LIS, &A.VRM);
    for (size_t Place = 0; Place < Plan.Places.size(); ++Place)
      Result.Of.push_back(Edit.createFrom(Plan.Node));
    return Result;
  }

  void rewrite(const Pieces &Cut) {
    for (const PlannedOperand &Planned : Cut.Plan->Operands) {
      MachineOperand &MO = *Planned.Operand;
      if (MO.isUse())
        MO.setIsKill(false); // the rewriter adds these flags anew
      else
        MO.setIsDead(false);
      MO.setReg(Cut.Of[Planned.Place]);
    }
    SmallVector<MachineOperand *, 4> Rest; // of debug instructions
    for (MachineOperand &MO : MRI.reg_operands(Cut.Plan->Node))
      Rest.push_back(&MO);
    for (MachineOperand *MO : Rest)
      MO->setReg(Cut.Of.back());
  }

  void insert(const Insertion &What) {
    const RecordedMove &Move = Recorded.Moves[What.Move->Move];
    MachineBasicBlock &MBB = Code.block(Move.Block);
    MachineBasicBlock::iterator Where = *Code.whereIs(Move);
    Register To = What.Cut->Of[What.Move->To];
    if (!What.Move->Value)
      return copy(MBB, Where, To, What.Cut->Of[What.Move->From]);
    MachineInstr &Computes = Code.instruction(Move.Value);
    SmallVector<Register, 1> New;
    LiveRangeEdit Edit(&A.LIS.getInterval(What.Cut->Plan->Node), New, A.MF, A.LIS, &A.VRM);
    LiveRangeEdit::Remat Remat(What.Move->Value);
    Remat.OrigMI = &Computes;
    Edit.rematerializeAt(MBB, Where, To, Remat, *A.MF.getSubtarget().getRegisterInfo());
    for (const MachineOperand &MO : Computes.operands())
      if (MO.isReg() && MO.isUse() && MO.getReg().isVirtual())
        MRI.clearKillFlags(MO.getReg());
  }

  void store(const PlannedMove &Store, const Pieces &Cut) {
    MachineInstr &Behind = Code.instruction(static_cast<int>(Store.Move));
    copy(*Behind.getParent(), std::next(Behind.getIterator()), Cut.Of[Store.To], Cut.Of[Store.From]);
  }

  PieceResult finish(const Pieces &Cut) {
    PieceResult Result;
    Result.Node = Cut.Plan->Node;
    SmallVector<Register, 4> New;
    LiveRangeEdit Edit(&A.LIS.getInterval(Result.Node), New, A.MF, A.LIS, &A.VRM); // VirtRegMap grows while it is there
    for (size_t Place = 0; Place < Cut.Of.size(); ++Place) {
      Register Piece = Cut.Of[Place];
      if (MRI.reg_nodbg_empty(Piece)) // a place that nothing names
        continue;
      for (Register Part : compute(Piece, Cut.Plan->Node)) {
        Result.All.push_back(Part);
        if (Place == 0)
          Result.ToSpill.push_back(Part);
        else
          Result.InRegister.push_back({Part, Cut.Plan->Places[Place]});
      }
    }
    return Result;
  }

private:
  void copy(MachineBasicBlock &MBB, MachineBasicBlock::iterator Where, Register To, Register From) {
    MachineInstr *Copy = BuildMI(MBB, Where, DebugLoc(), TII.get(TargetOpcode::COPY), To).addReg(From);
    A.LIS.InsertMachineInstrInMaps(*Copy);
  }

  /// The register and those into which it falls, since nothing connects its pieces. As LLVM's splitting does, each may
  /// then be of a larger class.
  SmallVector<Register, 2> compute(Register Piece, Register Node) {
    if (A.LIS.hasInterval(Piece))
      A.LIS.removeInterval(Piece);
    LiveInterval &LI = A.LIS.createAndComputeVirtRegInterval(Piece);
    SmallVector<LiveInterval *, 4> Others;
    A.LIS.splitSeparateComponents(LI, Others);
    SmallVector<Register, 2> All = {Piece};
    for (const LiveInterval *Other : Others) {
      A.VRM.setIsSplitFromReg(Other->reg(), A.VRM.getOriginal(Node));
      All.push_back(Other->reg());
    }
    for (Register Part : All)
      MRI.recomputeRegClass(Part);
    return All;
  }

  const Analyses &A;
  const NumberedCode &Code;
  const RecordedParts &Recorded;
  MachineRegisterInfo &MRI;
  const TargetInstrInfo &TII;
};

} // namespace

std::vector<PieceResult> cutIntoPieces(const Analyses &A, const NumberedCode &Code, const RecordedParts &Recorded,
                                       ArrayRef<PiecePlan> Plans) {
  Cutter Cut(A, Code, Recorded);
  std::vector<Pieces> All;
  for (const PiecePlan &Plan : Plans)
    All.push_back(Cut.create(Plan));
  for (const Pieces &Each : All)
    Cut.rewrite(Each);
  std::vector<Insertion> Insertions;
  for (const Pieces &Each : All)
    for (const PlannedMove &Move : Each.Plan->Moves)
      Insertions.push_back({&Move, &Each});
  llvm::sort(Insertions, [](const Insertion &X, const Insertion &Y) { return X.Move->Move < Y.Move->Move; });
  for (const Insertion &Each : Insertions)
    Cut.insert(Each);
  for (const Pieces &Each : All)
    for (const PlannedMove &Store : Each.Plan->Stores)
      Cut.store(Store, Each);
  std::vector<PieceResult> Results;
  for (const Pieces &Each : All)
    Results.push_back(Cut.finish(Each));
  return Results;
}

void eraseUnread(const Analyses &A, PieceResult &Of) {
  SmallVector<MachineInstr *, 4> Unread;
  const LiveInterval &Original = A.LIS.getInterval(Of.Node);
  for (Register Piece : Of.All) {
    if (!A.LIS.hasInterval(Piece))
      continue;
    for (const LiveRange::Segment &S : A.LIS.getInterval(Piece)) {
      bool IsDead = S.end == S.start.getDeadSlot() && S.valno->def == S.start;
      MachineInstr *MI = IsDead ? A.LIS.getInstructionFromIndex(S.start) : nullptr;
      bool WasRead = Original.liveAt(S.start.getDeadSlot());
      if (MI && WasRead && MI->allDefsAreDead())
        Unread.push_back(MI);
    }
  }
  SmallVector<Register, 4> New;
  LiveRangeEdit(nullptr, New, A.MF, A.LIS, &A.VRM).eliminateDeadDefs(Unread);
  Of.All.append(New.begin(), New.end());
}

} // namespace mlra
