//===- PieceNames.cpp - Names for the registers that splits make ----------===//
#include "decide/PieceNames.h"

using namespace llvm;

namespace mlra {

Register PieceNames::find(NodeName Name) const {
  if (!Name.Piece)
    return Name.Register < RegistersBefore ? Register::index2VirtReg(Name.Register) : Register();
  auto Found = PiecesOf.find(Name.Register);
  if (Found == PiecesOf.end() || Name.Piece > Found->second.size())
    return Register();
  return Found->second[Name.Piece - 1];
}

std::optional<NodeName> PieceNames::nameOf(Register Reg) const {
  if (Reg.virtRegIndex() < RegistersBefore)
    return NodeName{Reg.virtRegIndex(), 0};
  auto Found = NameOf.find(Reg);
  return Found == NameOf.end() ? std::nullopt : std::optional<NodeName>(Found->second);
}

void PieceNames::add(Register Split, ArrayRef<Register> Pieces) {
  std::optional<NodeName> Of = nameOf(Split);
  if (!Of) // a register that a spill made, which no list can name
    return;
  auto &All = PiecesOf[Of->Register];
  for (Register Piece : Pieces) {
    All.push_back(Piece);
    NameOf[Piece] = {Of->Register, static_cast<unsigned>(All.size())};
  }
}

} // namespace mlra
