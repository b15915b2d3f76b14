//===- Moves.cpp - What the allocator inserted, changed and removed ------------===//
#include "record/Moves.h"

#include "LLVMCompat.h"
#include "record/Flags.h"
#include "record/SpillSlots.h"

#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

class MoveReader {
public:
  MoveReader(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const Descendants &D)
      : A(A), Recorded(Recorded), Before(Before), D(D), TII(*A.MF.getSubtarget().getInstrInfo()), Slots(A.MF, Recorded.FirstSlot) {}

  Move read(const MachineInstr &MI, int Instruction, int Block) const {
    Move M{MoveKind::Other, Instruction, Block, -1, 0, 0, -1, &MI};
    if (!readCopy(MI, M) && !readSlotAccess(MI, M))
      readRest(MI, M);
    return M;
  }

  /// What became of an instruction in whose place there is another one now.
  unsigned changeOf(const MachineInstr &MI, int Instruction) const {
    std::optional<int> Written = Slots.written(MI);
    bool Reads = Slots.isRead(MI) || (Written && updatesSlot(Instruction, *Written));
    unsigned Flags = (Reads ? ChangeFlag::ReadsSlot : 0) | (Written ? ChangeFlag::WritesSlot : 0);
    return Flags ? Flags : ChangeFlag::Other;
  }

private:
  /// Whether the slot stands for two tied operands: LLVM's memory operand tells the store only.
  bool updatesSlot(int Instruction, int Slot) const {
    unsigned First = Before.instructions()[Instruction].FirstOperand;
    for (unsigned Entry = First; Entry < Before.operandsEnd(Instruction); ++Entry)
      if (const NodeOperand &O = Recorded.Operands[Entry];
          (O.Flags & OperandFlag::Tied) && (O.Flags & OperandFlag::Write) && slotOf(O.Node) == Slot)
        return true;
    return false;
  }

  int placeOf(const MachineOperand &MO) const {
    Register Reg = MO.getReg();
    MCRegister Place = Reg.isVirtual() ? A.VRM.getPhys(Reg) : Reg.asMCReg();
    if (Place && MO.getSubReg())
      Place = A.VRM.getTargetRegInfo().getSubReg(Place, MO.getSubReg());
    return static_cast<int>(Place.id());
  }

  bool readCopy(const MachineInstr &MI, Move &M) const {
    auto Copy = TII.isCopyInstr(MI);
    if (!Copy)
      return false;
    M.Node = D.nodeOf(Copy->Destination->getReg());
    if (M.Node < 0 || D.nodeOf(Copy->Source->getReg()) != M.Node)
      return false;
    M.Kind = MoveKind::Copy;
    M.From = placeOf(*Copy->Source);
    M.To = placeOf(*Copy->Destination);
    return true;
  }

  bool readSlotAccess(const MachineInstr &MI, Move &M) const {
    std::optional<int> Read = Slots.read(MI), Written = Slots.written(MI);
    if (Read.has_value() == Written.has_value())
      return false;
    int Slot = Read ? *Read : *Written;
    for (const MachineOperand &MO : MI.operands()) {
      int Node = MO.isReg() ? D.nodeOf(MO.getReg()) : -1;
      if (Node < 0 || MO.isDef() != Read.has_value() || slotOf(Node) != Slot)
        continue;
      M.Kind = Read ? MoveKind::Reload : MoveKind::Store;
      M.Node = Node;
      M.From = Read ? Slots.place(Slot) : placeOf(MO);
      M.To = Read ? placeOf(MO) : Slots.place(Slot);
      return true;
    }
    return Written && readComputedStore(MI, Slot, M);
  }

  /// A value that is computed anew right into its slot: a constant, for one.
  bool readComputedStore(const MachineInstr &MI, int Slot, Move &M) const {
    for (int Node : D.Edited.set_bits())
      if (slotOf(Node) == Slot)
        M.Node = Node;
    M.Value = M.Node < 0 ? -1 : definitionAt(M.Node, A.LIS.getInstructionIndex(MI));
    if (M.Value < 0)
      return false;
    M.Kind = MoveKind::Rematerialization;
    M.To = Slots.place(Slot);
    return true;
  }

  void readRest(const MachineInstr &MI, Move &M) const {
    for (const MachineOperand &MO : MI.operands()) {
      if (!MO.isReg() || D.nodeOf(MO.getReg()) < 0)
        continue;
      M.Node = D.nodeOf(MO.getReg());
      (MO.isDef() ? M.To : M.From) = placeOf(MO);
      if (!MO.isDef())
        return;
      M.Value = definitionAt(M.Node, A.LIS.getInstructionIndex(MI));
      if (M.Value >= 0)
        M.Kind = MoveKind::Rematerialization;
      return;
    }
  }

  int slotOf(int Node) const { return A.VRM.getStackSlot(Recorded.Nodes[Node].Reg); }

  /// The original instruction that defines the node's value that lives there.
  int definitionAt(int Node, SlotIndex Index) const {
    ArrayRef<OriginalSegment> Segments = Before.segments(Node);
    auto Found = std::upper_bound(Segments.begin(), Segments.end(), Index,
                                  [](SlotIndex I, const OriginalSegment &S) { return I < S.End; });
    if (Found == Segments.end() || Found->Start > Index || !Before.isInstruction(Found->Definition))
      return -1;
    return Before.instructionAt(Found->Definition);
  }

  const Analyses &A;
  const Problem &Recorded;
  const CodeBefore &Before;
  const Descendants &D;
  const TargetInstrInfo &TII;
  SpillSlots Slots;
};

/// Walks over the code as it is now and meets the original instructions in their order.
class Merge {
public:
  Merge(const Analyses &A, const CodeBefore &Before, const MoveReader &Reader, Moves &Result)
      : Indexes(*A.LIS.getSlotIndexes()), Before(Before), Originals(Before.instructions()), Reader(Reader),
        Result(Result) {
    findOccupied();
  }

  void meet(const MachineInstr &MI, int Block) {
    if (Occupied < Originals.size() && Indexes.getInstructionFromIndex(Originals[Occupied].Index) == &MI) {
      dropUntil([&](SlotIndex) { return Next == Occupied; });
      if (!Before.isUnchanged(static_cast<int>(Next), MI))
        Result.Changed.push_back({static_cast<int>(Next), Reader.changeOf(MI, static_cast<int>(Next))});
      ++Next;
      findOccupied();
      return;
    }
    SlotIndex Index = Indexes.getInstructionIndex(MI);
    dropUntil([&](SlotIndex Original) { return Original > Index; });
    Result.Inserted.push_back(Reader.read(MI, static_cast<int>(Next), Block));
  }

  void finish() {
    dropUntil([](SlotIndex) { return false; });
  }

private:
  void findOccupied() {
    Occupied = Next;
    while (Occupied < Originals.size() && !Indexes.getInstructionFromIndex(Originals[Occupied].Index))
      ++Occupied;
  }

  template <typename StopT> void dropUntil(StopT Stop) {
    for (; Next < Occupied && !Stop(Originals[Next].Index); ++Next)
      Result.Changed.push_back({static_cast<int>(Next), ChangeFlag::Gone});
  }

  const SlotIndexes &Indexes;
  const CodeBefore &Before;
  ArrayRef<OriginalInstruction> Originals;
  const MoveReader &Reader;
  Moves &Result;
  size_t Next = 0;     ///< original that is not met yet
  size_t Occupied = 0; ///< first one from there that is still there
};

} // namespace

Moves collectMoves(const Analyses &A, const Problem &Recorded, const CodeBefore &Before, const Descendants &D) {
  Moves Result;
  MoveReader Reader(A, Recorded, Before, D);
  Merge Both(A, Before, Reader, Result);
  int Block = 0;
  for (const MachineBasicBlock &MBB : A.MF) {
    for (const MachineInstr &MI : MBB)
      if (Positions::counts(MI))
        Both.meet(MI, Block);
    ++Block;
  }
  Both.finish();
  return Result;
}

} // namespace mlra
