//===- MachineIRBody.cpp - A function's instructions as MIR text --------------===//
#include "text/MachineIRBody.h"

#include "LLVMCompat.h"
#include "record/GivenRegister.h"
#include "record/Positions.h"
#include "text/SuccessorProbabilities.h"

#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/PseudoSourceValue.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSymbol.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

using namespace llvm;

namespace mlra {

namespace {

/// Puts our reference in the place of the one that LLVM prints where it does not know the frame.
std::string withStackReference(StringRef Printed, StringRef Reference) {
  size_t Begin = Printed.find("%fixed-stack.");
  if (Begin == StringRef::npos)
    return Printed.str();
  size_t End = Printed.find_first_of(" ,)", Begin);
  return (Printed.take_front(Begin) + Reference + Printed.substr(End)).str();
}

} // namespace

MachineIRBody::MachineIRBody(const MachineFunction &MF, const LiveIntervals &LIS, const VirtRegMap &VRM,
                             const References &Refs, const TargetNames &Spelled, ModuleSlotTracker &MST)
    : MF(MF), LIS(LIS), VRM(VRM), MRI(MF.getRegInfo()), TRI(*MF.getSubtarget().getRegisterInfo()),
      TII(*MF.getSubtarget().getInstrInfo()), Refs(Refs), Spelled(Spelled), MST(MST), OS(Text),
      Addressed(MF.getDataLayout(), MST) {
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I)
    if (Register Reg = Register::index2VirtReg(I); isGiven(Reg, VRM) && !MRI.reg_nodbg_empty(Reg))
      Given.push_back(Reg);
  for (const MachineBasicBlock &MBB : MF)
    printBlock(MBB);
}

void MachineIRBody::printBlock(const MachineBasicBlock &MBB) {
  printBlockHeader(MBB);
  bool InBundle = false;
  for (const MachineInstr &MI : MBB.instrs()) {
    if (InBundle && !MI.isInsideBundle()) {
      Text += "  }\n";
      InBundle = false;
    }
    if (MI.isDebugOrPseudoInstr())
      continue;
    Text += InBundle ? "      " : "    ";
    printInstruction(MI);
    if (!InBundle && MI.getFlag(MachineInstr::BundledSucc)) {
      Text += " {";
      InBundle = true;
    }
    Text += '\n';
  }
  if (InBundle)
    Text += "    }\n";
}

void MachineIRBody::printBlockHeader(const MachineBasicBlock &MBB) {
  OS << "  ";
  printBlockAttributes(MBB);
  OS << ":\n    successors:";
  const char *Separator = " ";
  SmallVector<uint32_t, 4> Probabilities = successorProbabilities(MBB);
  for (size_t I = 0; I < Probabilities.size(); ++I) {
    OS << Separator << Refs.block(**(MBB.succ_begin() + I)) << format("(0x%08x)", Probabilities[I]);
    Separator = ", ";
  }
  OS << '\n';
  printLiveIns(MBB);
}

void MachineIRBody::printLiveIns(const MachineBasicBlock &MBB) {
  const char *Separator = "    liveins: ";
  auto Print = [&](MCRegister Reg) {
    OS << Separator << printReg(Reg, &TRI);
    Separator = ", ";
  };
  for (const auto &LiveIn : MBB.liveins()) {
    Print(LiveIn.PhysReg);
    if (!LiveIn.LaneMask.all())
      OS << ":0x" << PrintLaneMask(LiveIn.LaneMask);
  }
  for (Register Reg : Given)
    if (LIS.isLiveInToMBB(LIS.getInterval(Reg), &MBB))
      Print(VRM.getPhys(Reg));
  if (*Separator == ',')
    OS << '\n';
}

/// By hand, since LLVM prints the names of IR blocks in a way that it does not always read.
void MachineIRBody::printBlockAttributes(const MachineBasicBlock &MBB) {
  Text.append(Refs.block(MBB), strlen("%"));
  const char *Separator = " (";
  auto Print = [&](const Twine &Attribute) {
    OS << Separator << Attribute;
    Separator = ", ";
  };
  if (MBB.isMachineBlockAddressTaken())
    Print("machine-block-address-taken");
  if (MBB.isIRBlockAddressTaken())
    Print("ir-block-address-taken " + addressReference(*MBB.getAddressTakenIRBlock()));
  if (MBB.isEHPad())
    Print("landing-pad");
  if (MBB.isInlineAsmBrIndirectTarget())
    Print("inlineasm-br-indirect-target");
  if (MBB.isEHFuncletEntry())
    Print("ehfunclet-entry");
  if (MBB.getAlignment() != Align(1))
    Print("align " + Twine(MBB.getAlignment().value()));
  if (MBB.getCallFrameSize())
    Print("call-frame-size " + Twine(MBB.getCallFrameSize()));
  if (*Separator == ',')
    OS << ')';
}

std::string MachineIRBody::addressReference(const BasicBlock &Block) {
  AddressTaken.insert(&Block);
  size_t Index = std::find(AddressTaken.begin(), AddressTaken.end(), &Block) - AddressTaken.begin();
  return "%ir-block.address" + std::to_string(Index);
}

void MachineIRBody::printInstruction(const MachineInstr &MI) {
  unsigned Index = 0, Count = MI.getNumOperands();
  for (; Index < Count; ++Index) {
    const MachineOperand &MO = MI.getOperand(Index);
    if (!MO.isReg() || !MO.isDef() || MO.isImplicit())
      break;
    if (Index)
      Text += ", ";
    printOperand(MI, Index, /*IsBehindOpcode=*/false);
  }
  if (Index)
    Text += " = ";
  if (MI.getFlags())
    for (const compat::FlagName &Flag : compat::InstructionFlags)
      if (MI.getFlag(static_cast<MachineInstr::MIFlag>(Flag.Flag)))
        Text += Flag.Text;
  Text += TII.getName(MI.getOpcode());
  const char *Separator = " ";
  for (; Index < Count; ++Index) {
    Text += Separator;
    printOperand(MI, Index, /*IsBehindOpcode=*/true);
    Separator = ", ";
  }
  printSymbols(MI, Separator);
  Separator = " :: ";
  for (const MachineMemOperand *Access : MI.memoperands()) {
    Text += Separator;
    printMemory(*Access, /*WithGlobal=*/MI.getOpcode() == TargetOpcode::LOAD_STACK_GUARD);
    Separator = ", ";
  }
}

void MachineIRBody::printSymbols(const MachineInstr &MI, const char *Separator) {
  auto Print = [&](const char *Word, const MCSymbol *Symbol) {
    if (!Symbol)
      return;
    OS << Separator << Word;
    printSymbol(*Symbol);
    Separator = ", ";
  };
  Print("pre-instr-symbol ", MI.getPreInstrSymbol());
  Print("post-instr-symbol ", MI.getPostInstrSymbol());
  if (uint32_t Type = MI.getCFIType())
    OS << Separator << "cfi-type " << Type;
}

void MachineIRBody::printOperand(const MachineInstr &MI, unsigned Index, bool IsBehindOpcode) {
  const MachineOperand &MO = MI.getOperand(Index);
  switch (MO.getType()) {
  case MachineOperand::MO_Register:
    printRegister(MO, IsBehindOpcode);
    if (MI.hasComplexRegisterTies() && MO.isTied() && !MO.isDef())
      OS << "(tied-def " << MI.findTiedOperandIdx(Index) << ')';
    return;
  case MachineOperand::MO_Immediate:
    if (MO.getTargetFlags())
      MachineOperand::printTargetFlags(OS, MO);
    if (MI.isOperandSubregIdx(Index))
      MachineOperand::printSubRegIdx(OS, MO.getImm(), &TRI);
    else
      printNumber(MO.getImm());
    return;
  case MachineOperand::MO_FrameIndex:
    Text += Refs.stack(MO.getIndex());
    return;
  case MachineOperand::MO_MachineBasicBlock:
    MachineOperand::printTargetFlags(OS, MO);
    Text += Refs.block(*MO.getMBB());
    return;
  case MachineOperand::MO_GlobalAddress:
    return printGlobal(MO);
  case MachineOperand::MO_BlockAddress:
    return printBlockAddress(MO);
  case MachineOperand::MO_RegisterMask:
    return printRegisterMask(MO.getRegMask());
  case MachineOperand::MO_MCSymbol:
    MachineOperand::printTargetFlags(OS, MO);
    return printSymbol(*MO.getMCSymbol());
  case MachineOperand::MO_Metadata:
    UsesMetadata = true;
    OS << "!0";
    return;
  default:
    compat::printOperand(OS, MO, MST, TRI);
  }
}

/// By its live range where LLVM has stopped to mark it: a reader computes anew whether a physical register is dead.
bool MachineIRBody::isDead(const MachineOperand &MO) const {
  if (MO.isDead() || !MO.isDef() || !isGiven(MO.getReg(), VRM))
    return MO.isDead();
  SlotIndex Index = LIS.getInstructionIndex(*MO.getParent());
  return LIS.getInterval(MO.getReg()).Query(Index).isDeadDef();
}

void MachineIRBody::printRegister(const MachineOperand &MO, bool IsBehindOpcode) {
  if (MO.isImplicit())
    Text += MO.isDef() ? "implicit-def " : "implicit ";
  else if (IsBehindOpcode && MO.isDef())
    Text += "def ";
  if (MO.isInternalRead())
    Text += "internal ";
  if (isDead(MO))
    Text += "dead ";
  if (MO.isKill())
    Text += "killed ";
  if (MO.isUndef())
    Text += "undef ";
  if (MO.isEarlyClobber())
    Text += "early-clobber ";
  Register Reg = givenRegister(MO, VRM);
  if (Reg.isVirtual()) {
    Text += '%';
    printNumber(Reg.virtRegIndex()); // its class stands in `registers:`
  } else {
    if (MO.getReg().isPhysical() && MO.isRenamable())
      Text += "renamable ";
    Text += Spelled.registerName(Reg.id());
  }
  if (MO.getSubReg() && Reg == MO.getReg())
    (Text += '.') += TRI.getSubRegIndexName(MO.getSubReg());
}

void MachineIRBody::printNumber(int64_t Number) {
  char Digits[24];
  Text.append(Digits, std::to_chars(Digits, Digits + sizeof(Digits), Number).ptr);
}

template <typename PrintT> void MachineIRBody::printName(PrintT Print) {
  size_t Begin = Text.size();
  Print();
  Spans.push_back({Begin, Text.size(), /*Instead=*/nullptr});
}

void MachineIRBody::printGlobal(const MachineOperand &MO) {
  MachineOperand::printTargetFlags(OS, MO);
  Globals.insert(MO.getGlobal());
  printName([&] { printGlobalName(OS, *MO.getGlobal(), MST); });
  MachineOperand::printOperandOffset(OS, MO.getOffset());
}

void MachineIRBody::printBlockAddress(const MachineOperand &MO) {
  MachineOperand::printTargetFlags(OS, MO);
  const BlockAddress &Address = *MO.getBlockAddress();
  if (Address.getFunction() != &MF.getFunction()) {
    compat::printOperand(OS, MO, MST, TRI);
    return;
  }
  OS << "blockaddress(";
  printName([&] { printGlobalName(OS, MF.getFunction(), MST); });
  OS << ", " << addressReference(*Address.getBasicBlock()) << ')';
  MachineOperand::printOperandOffset(OS, MO.getOffset());
}

void MachineIRBody::printRegisterMask(const uint32_t *Mask) {
  ArrayRef<const uint32_t *> Known = TRI.getRegMasks();
  for (size_t I = 0; I < Known.size(); ++I)
    if (Known[I] == Mask) {
      OS << StringRef(TRI.getRegMaskNames()[I]).lower();
      return;
    }
  OS << "CustomRegMask(";
  const char *Separator = "";
  for (unsigned Reg = 0; Reg < TRI.getNumRegs(); ++Reg)
    if (Mask[Reg / 32] >> (Reg % 32) & 1) {
      OS << Separator << printReg(Register(Reg), &TRI);
      Separator = ",";
    }
  OS << ')';
}

/// Labels within the function (of invokes) have no names where an object file is written, others in assembly: number them.
void MachineIRBody::printSymbol(const MCSymbol &Symbol) {
  printName([&] {
    if (!Symbol.isTemporary()) {
      MachineOperand::printSymbol(OS, const_cast<MCSymbol &>(Symbol));
      return;
    }
    unsigned Number = LabelNumber.try_emplace(&Symbol, LabelNumber.size()).first->second;
    OS << "<mcsymbol .Lmlra" << Number << '>';
  });
}

void MachineIRBody::printMemory(const MachineMemOperand &Access, bool WithGlobal) {
  MachinePointerInfo Pointer = Access.getPointerInfo();
  const PseudoSourceValue *Pseudo = Access.getPseudoValue();
  const auto *Global = WithGlobal ? dyn_cast_if_present<GlobalValue>(Access.getValue()) : nullptr;
  if (Global)
    Globals.insert(Global);
  else if (!Pseudo)
    Pointer = MachinePointerInfo(Access.getAddrSpace(), Access.getOffset());
  MachineMemOperand Plain(Pointer, Access.getFlags(), Access.getMemoryType(), Access.getBaseAlign(), AAMDNodes(),
                          /*Ranges=*/nullptr, Access.getSyncScopeID(), Access.getSuccessOrdering(),
                          Access.getFailureOrdering());
  SmallVector<StringRef, 0> SyncScopes;
  std::string Printed;
  raw_string_ostream PrintedOS(Printed);
  // Without the frame, LLVM does not add the name of the alloca, which a reader would look up in the function's IR.
  Plain.print(PrintedOS, MST, SyncScopes, MF.getFunction().getContext(), /*MFI=*/nullptr, &TII);
  if (Pseudo && Pseudo->kind() == PseudoSourceValue::GlobalValueCallEntry)
    Globals.insert(static_cast<const GlobalValuePseudoSourceValue *>(Pseudo)->getValue());
  if (Pseudo && Pseudo->kind() == PseudoSourceValue::FixedStack)
    Text += withStackReference(
        Printed, Refs.stack(static_cast<const FixedStackPseudoSourceValue *>(Pseudo)->getFrameIndex()));
  else if (Global || Pseudo)
    Text += Printed;
  else
    printWithAddress(Access, Printed);
}

/// `Printed` has no address, or an unknown one where it has an offset.
void MachineIRBody::printWithAddress(const MachineMemOperand &Access, StringRef Printed) {
  constexpr StringLiteral Unknown = "unknown-address";
  const llvm::Value *Address = Access.getValue();
  std::string Name = Address ? Addressed.reference(*Address) : "";
  size_t At = Printed.find(Unknown);
  bool IsUnknown = At != StringRef::npos;
  if (!IsUnknown) // behind the type, before the alignment
    At = std::min(Printed.find(", "), Printed.size() - 1);
  if (Name.empty()) {
    Text += Printed;
    return;
  }
  Text += Printed.take_front(At);
  size_t Begin = Text.size();
  if (!IsUnknown)
    Text += Access.isLoad() && Access.isStore() ? " on " : Access.isLoad() ? " from " : " into ";
  Text += Name;
  Spans.push_back({Begin, Text.size(), IsUnknown ? Unknown.data() : ""});
  Text += Printed.drop_front(At + (IsUnknown ? Unknown.size() : 0));
}

} // namespace mlra
