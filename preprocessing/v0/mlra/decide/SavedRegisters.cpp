//===- SavedRegisters.cpp - Registers that a function must save, and whose -----===//
#include "decide/SavedRegisters.h"

using namespace llvm;

namespace mlra {

std::vector<SavedRegister> savedRegisters(const Episode &E, const Answer &Result) {
  const TargetRegisterInfo &TRI = *E.A.MF.getSubtarget().getRegisterInfo();
  std::vector<SavedRegister> Found;
  for (MCPhysReg Saved : Result.Counts.CalleeSaved) {
    BitVector Lies(unsigned(E.Recorded.Nodes.size()));
    auto Note = [&](size_t Node, int Place) {
      if (Place > 0 && TRI.regsOverlap(Saved, Register(unsigned(Place))))
        Lies.set(unsigned(Node));
    };
    for (size_t Node = 0; Node != Result.Words.Nodes.size(); ++Node)
      Note(Node, Result.Words.Nodes[Node].Assigned);
    for (const Part &Piece : Result.Places.Pieces)
      Note(size_t(Piece.Node), Piece.Place);
    SavedRegister &One = Found.emplace_back(SavedRegister{TRI.getName(Saved), {}});
    for (unsigned Node : Lies.set_bits())
      One.Nodes.push_back(Register(E.Recorded.Nodes[Node].Reg).virtRegIndex());
    llvm::sort(One.Nodes);
  }
  return Found;
}

} // namespace mlra
