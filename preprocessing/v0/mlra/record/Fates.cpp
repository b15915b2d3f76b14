//===- Fates.cpp - All that happened to each node ------------------------------===//
#include "record/Fates.h"

using namespace llvm;

namespace mlra {

namespace {

unsigned fateOf(MoveKind Kind) {
  switch (Kind) {
  case MoveKind::Copy:
    return SplitFate;
  case MoveKind::Store:
  case MoveKind::Reload:
    return SpilledFate;
  case MoveKind::Rematerialization:
    return RematerializedFate;
  case MoveKind::Other:
    return 0;
  }
  return 0;
}

/// Nodes that a changed instruction named which is still there in another form.
BitVector namedInOtherForm(size_t Nodes, const CodeBefore &Before, ArrayRef<Change> Changed) {
  BitVector Result(Nodes);
  ArrayRef<OriginalInstruction> Instructions = Before.instructions();
  for (const Change &C : Changed) {
    if (C.Flags & Gone)
      continue;
    size_t Next = C.Instruction + 1;
    size_t End = Next < Instructions.size() ? Instructions[Next].FirstOperand : Before.operandNodes().size();
    for (size_t I = Instructions[C.Instruction].FirstOperand; I < End; ++I)
      Result.set(Before.operandNodes()[I]);
  }
  return Result;
}

} // namespace

std::vector<unsigned> collectFates(size_t Nodes, const CodeBefore &Before, const Descendants &D, const Moves &M,
                                   ArrayRef<Part> Pieces) {
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
      Fates[P.Node] |= SplitFate;
    if (P.Place > 0)
      Register = P.Place, InRegister.set(P.Node);
    if (P.Place < 0)
      Fates[P.Node] |= SpilledFate;
  }
  BitVector InOtherForm = namedInOtherForm(Nodes, Before, M.Changed);
  BitVector IsLeft(Nodes);
  for (const auto &[Node, Reg] : D.Registers)
    IsLeft.set(Node);
  for (const Part &P : Pieces)
    if (P.Place == 0)
      Fates[P.Node] |= InRegister.test(P.Node) || InOtherForm.test(P.Node) ? RematerializedFate : 0;
  for (int Node : D.Edited.set_bits())
    if (!Fates[Node] && !IsLeft.test(Node))
      Fates[Node] = EliminatedFate;
  return Fates;
}

} // namespace mlra
