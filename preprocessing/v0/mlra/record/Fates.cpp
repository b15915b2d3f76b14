//===- Fates.cpp - All that happened to each node ------------------------------===//
#include "record/Fates.h"

#include "record/Flags.h"

using namespace llvm;

namespace mlra {

namespace {

unsigned fateOf(MoveKind Kind) {
  switch (Kind) {
  case MoveKind::Copy:
    return FateFlag::Split;
  case MoveKind::Store:
  case MoveKind::Reload:
    return FateFlag::Spilled;
  case MoveKind::Rematerialization:
    return FateFlag::Rematerialized;
  case MoveKind::Other:
    return 0;
  }
  return 0;
}

/// Nodes that a changed instruction named which is still there in another form.
BitVector namedInOtherForm(const Problem &Recorded, const CodeBefore &Before, ArrayRef<Change> Changed) {
  BitVector Result(Recorded.Nodes.size());
  for (const Change &C : Changed) {
    if (C.Flags & ChangeFlag::Gone)
      continue;
    unsigned First = Before.instructions()[C.Instruction].FirstOperand;
    for (unsigned Entry = First; Entry < Before.operandsEnd(C.Instruction); ++Entry)
      Result.set(Recorded.Operands[Entry].Node);
  }
  return Result;
}

} // namespace

std::vector<unsigned> collectFates(const Problem &Recorded, const CodeBefore &Before, const Descendants &D, const Moves &M,
                                   ArrayRef<Part> Pieces) {
  size_t Nodes = Recorded.Nodes.size();
  std::vector<unsigned> Fates(Nodes, 0);
  for (const Move &Inserted : M.Inserted)
    if (Inserted.Node >= 0)
      Fates[Inserted.Node] |= fateOf(Inserted.Kind);

  BitVector InRegister(Nodes);
  int Register = 0;
  for (size_t I = 0; I < Pieces.size(); ++I) {
    const Part &P = Pieces[I];
    if (!I || Pieces[I - 1].Node != P.Node)
      Register = 0;
    if (P.Place > 0 && Register && Register != P.Place)
      Fates[P.Node] |= FateFlag::Split;
    if (P.Place > 0)
      Register = P.Place, InRegister.set(P.Node);
    if (P.Place < 0)
      Fates[P.Node] |= FateFlag::Spilled;
  }
  BitVector InOtherForm = namedInOtherForm(Recorded, Before, M.Changed);
  BitVector IsLeft(Nodes);
  for (const auto &[Node, Reg] : D.Registers)
    IsLeft.set(Node);
  for (const Part &P : Pieces)
    if (P.Place == 0)
      Fates[P.Node] |= InRegister.test(P.Node) || InOtherForm.test(P.Node) ? FateFlag::Rematerialized : 0;
  for (int Node : D.Edited.set_bits())
    if (!Fates[Node] && !IsLeft.test(Node))
      Fates[Node] = FateFlag::Eliminated;
  return Fates;
}

} // namespace mlra
