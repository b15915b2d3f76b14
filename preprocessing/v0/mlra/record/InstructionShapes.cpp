//===- InstructionShapes.cpp - Distinct instructions: opcode and operand kinds -===//
#include "record/InstructionShapes.h"

#include "LLVMCompat.h"
#include "record/GivenRegister.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace mlra {

namespace {

/// Names of the operand kinds other than registers, in the order of MachineOperand's enumeration from MO_Immediate on.
constexpr const char *OperandKindNames[] = {
    "Immediate",       "CImmediate",        "FPImmediate",  "MBB",
    "FrameIndex",      "ConstantPoolIndex", "TargetIndex",  "JumpTableIndex",
    "ExternalSymbol",  "GlobalAddress",     "BlockAddress", "RegisterMask",
    "RegisterLiveOut", "Metadata",          "MCSymbol",     "CFIIndex",
    "IntrinsicID",     "Predicate",         "ShuffleMask"};

std::string operandKindName(MachineOperand::MachineOperandType Kind) {
  // The kinds behind MO_DbgInstrRef are named by hand: debug instructions have no shape, and releases append there.
  static_assert(MachineOperand::MO_Immediate == 1 && MachineOperand::MO_MachineBasicBlock == 4 &&
                    MachineOperand::MO_ExternalSymbol == 9 && MachineOperand::MO_Metadata == 14 &&
                    MachineOperand::MO_Predicate == 18,
                "the operand kinds have been renumbered: OperandKindNames must follow");
  if (Kind == MachineOperand::MO_ShuffleMask)
    return "ShuffleMask";
  if (Kind > MachineOperand::MO_Predicate)
    return "LaneMask";
  return OperandKindNames[Kind - 1];
}

/// A register operand's name: empty for no register, and for one that belongs to no class (EFLAGS has CCR, SSP none).
std::string registerName(Register Reg, const MachineRegisterInfo &MRI, const TargetRegisterInfo &TRI) {
  if (!Reg.isValid())
    return "";
  if (Reg.isVirtual()) {
    const TargetRegisterClass *RC = MRI.getRegClassOrNull(Reg);
    return RC ? std::string("VirtReg_") + TRI.getRegClassName(RC) : "";
  }
  for (const TargetRegisterClass *RC : TRI.regclasses())
    if (RC->contains(Reg.asMCReg()))
      return "PhyReg_" + compat::minimalClassName(Reg.asMCReg(), TRI).str();
  return "";
}

void appendNumber(std::string &Key, unsigned Number) {
  Key.append(reinterpret_cast<const char *>(&Number), sizeof(Number));
}

} // namespace

unsigned InstructionShapes::indexOf(const MachineInstr &MI, const VirtRegMap &VRM) {
  const MachineRegisterInfo &MRI = MI.getMF()->getRegInfo();
  Key.clear();
  appendNumber(Key, MI.getOpcode());
  for (const MachineOperand &MO : MI.operands()) {
    appendNumber(Key, MO.getType());
    if (!MO.isReg())
      continue;
    Register Reg = givenRegister(MO, VRM);
    if (Reg.isVirtual()) {
      const TargetRegisterClass *RC = MRI.getRegClassOrNull(Reg);
      appendNumber(Key, RC ? RC->getID() | 0x80000000u : ~0u);
    } else {
      appendNumber(Key, Reg.id());
    }
  }
  auto [Found, IsNewKey] = IndexOfKey.try_emplace(Key, 0);
  if (!IsNewKey)
    return Found->second;
  Shape S = describe(MI, VRM); // two physical registers of one class: two keys, one shape
  std::string Text = S.Opcode;
  for (const std::string &Operand : S.Operands)
    (Text += ' ') += Operand;
  auto [Known, IsNew] = IndexOfText.try_emplace(std::move(Text), static_cast<unsigned>(IndexOfText.size()));
  if (IsNew)
    New.push_back(std::move(S));
  return Found->second = Known->second;
}

InstructionShapes::Shape InstructionShapes::describe(const MachineInstr &MI, const VirtRegMap &VRM) const {
  const MachineFunction &MF = *MI.getMF();
  const TargetSubtargetInfo &Subtarget = MF.getSubtarget();
  Shape S{Subtarget.getInstrInfo()->getName(MI.getOpcode()).str(), {}};
  for (const MachineOperand &MO : MI.operands())
    S.Operands.push_back(MO.isReg()
                             ? registerName(givenRegister(MO, VRM), MF.getRegInfo(), *Subtarget.getRegisterInfo())
                             : operandKindName(MO.getType()));
  return S;
}

bool InstructionShapes::isOperandKind(StringRef Name) {
  return is_contained(OperandKindNames, Name) || Name == "LaneMask";
}

std::vector<InstructionShapes::Shape> InstructionShapes::takeNew() { return std::exchange(New, {}); }

} // namespace mlra
