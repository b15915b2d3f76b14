//===- UseOrder.cpp - The order in which a register's operands are chained ----===//
#include "text/UseOrder.h"

#include "record/GivenRegister.h"
#include "text/OrderNotes.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/IR/Function.h"

#include <vector>

using namespace llvm;

namespace mlra {

namespace {

using Operands = SmallVector<MachineOperand *, 8>;

/// Every virtual register's operands in the order of the text, by register index.
std::vector<Operands> operandsInText(MachineFunction &MF) {
  std::vector<Operands> Found(MF.getRegInfo().getNumVirtRegs());
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB.instrs())
      if (!MI.isDebugOrPseudoInstr())
        for (MachineOperand &MO : MI.operands())
          if (MO.isReg() && MO.getReg().isVirtual())
            Found[MO.getReg().virtRegIndex()].push_back(&MO);
  return Found;
}

/// The order in which a parser chains them: each definition in front of the list, each use at its end.
Operands parserOrder(const Operands &InText) {
  Operands Order;
  for (MachineOperand *MO : reverse(InText))
    if (MO->isDef())
      Order.push_back(MO);
  for (MachineOperand *MO : InText)
    if (!MO->isDef())
      Order.push_back(MO);
  return Order;
}

void chain(MachineRegisterInfo &MRI, const Operands &Wanted) {
  for (MachineOperand *MO : Wanted)
    MRI.removeRegOperandFromUseList(MO);
  for (MachineOperand *MO : reverse(Wanted))
    if (MO->isDef())
      MRI.addRegOperandToUseList(MO);
  for (MachineOperand *MO : Wanted)
    if (!MO->isDef())
      MRI.addRegOperandToUseList(MO);
}

} // namespace

std::string describeUseOrder(const MachineFunction &ConstMF, const VirtRegMap &VRM) {
  MachineFunction &MF = const_cast<MachineFunction &>(ConstMF); // only looked at: operands have no const iteration here
  MachineRegisterInfo &MRI = MF.getRegInfo();
  std::string Description;
  std::vector<Operands> InText = operandsInText(MF);
  for (unsigned Index = 0; Index < InText.size(); ++Index) {
    Register Reg = Register::index2VirtReg(Index);
    if (isGiven(Reg, VRM))
      continue;
    Operands Chained;
    for (MachineOperand &MO : MRI.reg_nodbg_operands(Reg))
      Chained.push_back(&MO);
    if (Chained.size() < 3 || Chained == parserOrder(InText[Index]))
      continue; // two operands: a definition and a use, or a sum of two, which no order changes
    DenseMap<const MachineOperand *, unsigned> PositionOf;
    for (MachineOperand *MO : InText[Index])
      PositionOf.try_emplace(MO, PositionOf.size());
    SmallVector<unsigned, 16> Positions;
    for (const MachineOperand *MO : Chained)
      Positions.push_back(PositionOf.lookup(MO));
    appendNumbers(Description, Index, Positions);
  }
  return Description;
}

void restoreUseOrder(MachineFunction &MF) {
  if (!MF.getFunction().hasFnAttribute(UseOrderAttribute))
    return;
  std::vector<Operands> InText = operandsInText(MF);
  StringRef Description = MF.getFunction().getFnAttribute(UseOrderAttribute).getValueAsString();
  forEachOrder(Description, [&](unsigned Index, ArrayRef<unsigned> Positions) {
    if (Index >= InText.size() || Positions.size() != InText[Index].size())
      return; // the text was edited: keep the parser's order
    Operands Wanted;
    for (unsigned Position : Positions)
      Wanted.push_back(InText[Index][Position]);
    chain(MF.getRegInfo(), Wanted);
  });
}

} // namespace mlra
