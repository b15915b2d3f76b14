//===- FoldTrials.cpp - Where a stack slot may stand for a register -------===//
#include "record/FoldTrials.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetFrameLowering.h"
#include "llvm/CodeGen/TargetOpcodes.h"

using namespace llvm;

namespace mlra {

namespace {

/// Targets store larger registers (the tiles of x86) in several steps, for which they make virtual registers: no trial
/// can take those back. A copy of such a register is one that becomes a store or a load.
constexpr unsigned LargestTried = 256;

template <typename T> void append(std::string &Key, T Value) {
  Key.append(reinterpret_cast<const char *>(&Value), sizeof(Value));
}

/// Has the classes of an instruction's virtual registers back at the end.
class ClassGuard {
public:
  ClassGuard(MachineRegisterInfo &MRI, const MachineInstr &MI) : MRI(MRI) {
    for (const MachineOperand &MO : MI.operands())
      if (MO.isReg() && MO.getReg().isVirtual())
        Classes.push_back({MO.getReg(), MRI.getRegClass(MO.getReg())});
  }
  ~ClassGuard() {
    for (auto [Reg, RC] : Classes)
      if (MRI.getRegClass(Reg) != RC)
        MRI.setRegClass(Reg, RC);
  }

private:
  MachineRegisterInfo &MRI;
  SmallVector<std::pair<Register, const TargetRegisterClass *>, 4> Classes;
};

/// A copy of an instruction in front of it. At the end it is gone, and what has been inserted in front of it as well.
class Trial {
public:
  explicit Trial(MachineInstr &MI) : MBB(*MI.getParent()), Original(MI) {
    IsFirst = MBB.begin() == MachineBasicBlock::iterator(MI);
    if (!IsFirst)
      Before = std::prev(MachineBasicBlock::iterator(MI));
    Copy = MBB.getParent()->CloneMachineInstr(&MI);
    MBB.insert(MachineBasicBlock::iterator(MI), Copy);
  }
  ~Trial() { MBB.erase(IsFirst ? MBB.begin() : std::next(Before), MachineBasicBlock::iterator(Original)); }

  MachineInstr &copy() { return *Copy; }

private:
  MachineBasicBlock &MBB;
  MachineInstr &Original;
  MachineInstr *Copy;
  MachineBasicBlock::iterator Before;
  bool IsFirst;
};

bool namesPlaces(const MachineInstr &MI) {
  unsigned Opcode = MI.getOpcode();
  return Opcode == TargetOpcode::STACKMAP || Opcode == TargetOpcode::PATCHPOINT || Opcode == TargetOpcode::STATEPOINT;
}

} // namespace

FunctionFolds::FunctionFolds(const Analyses &A, FoldTrials &Known)
    : A(A), Known(Known), TII(*A.MF.getSubtarget().getInstrInfo()), TRI(*A.MF.getSubtarget().getRegisterInfo()) {
  append(Key, &A.MF.getSubtarget());
  append(Key, A.MF.getFunction().hasOptSize());
  append(Key, A.MF.getFunction().hasMinSize());
  append(Key, TRI.hasStackRealignment(A.MF));
  append(Key, TRI.canRealignStack(A.MF));
  FunctionKey = Key.size();
}

FunctionFolds::~FunctionFolds() {
  if (Frame)
    A.MF.getFrameInfo() = *Frame;
}

void FunctionFolds::select(MachineInstr &Instruction) {
  MI = &Instruction;
  InstructionKey = 0;
}

// InlineSpiller::foldMemoryOperand leaves tied uses to their definitions, and undef reads and implicit operands alone.
std::optional<FunctionFolds::Indices> FunctionFolds::operandsToFold(ArrayRef<unsigned> Operands) const {
  if (MI->isBundled())
    return std::nullopt;
  bool TakesSubRegs = TII.isSubregFoldable() || namesPlaces(*MI);
  Indices ToFold;
  for (unsigned Index : Operands) {
    const MachineOperand &MO = MI->getOperand(Index);
    if ((MO.isUse() && !MO.readsReg() && !MO.isTied()) || MO.isImplicit())
      continue;
    if (MO.getSubReg() && !TakesSubRegs)
      return std::nullopt;
    if (MI->getOpcode() == TargetOpcode::STATEPOINT || !MI->isRegTiedToDefOperand(Index))
      ToFold.push_back(Index);
  }
  if (ToFold.empty())
    return std::nullopt;
  return ToFold;
}

bool FunctionFolds::isFoldable(ArrayRef<unsigned> Operands) {
  std::optional<Indices> ToFold = operandsToFold(Operands);
  if (!ToFold)
    return false;
  if (!InstructionKey)
    describeInstruction();
  Key.resize(InstructionKey);
  for (unsigned Index : *ToFold)
    append(Key, Index);
  auto [Found, IsNew] = Known.AnswerOf.try_emplace(Key, false);
  if (IsNew)
    Found->second = tryFold(Operands);
  return Found->second;
}

bool FunctionFolds::tryFold(ArrayRef<unsigned> Operands) {
  std::optional<Indices> ToFold = operandsToFold(Operands);
  if (!ToFold)
    return false;
  MachineRegisterInfo &MRI = A.MF.getRegInfo();
  const TargetRegisterClass &RC = *MRI.getRegClass(MI->getOperand(ToFold->front()).getReg());
  if (TRI.getSpillSize(RC) > LargestTried)
    return MI->isFullCopy() && ToFold->size() == 1;
  int Slot = slotFor(RC);
  ClassGuard Classes(MRI, *MI);
  Trial Attempt(*MI);
  MachineInstr &Copy = Attempt.copy();
  if (Copy.getOpcode() == TargetOpcode::STATEPOINT)
    for (unsigned Index : *ToFold)
      if (Copy.getOperand(Index).isTied())
        Copy.untieRegOperand(Index);
  return TII.foldMemoryOperand(Copy, *ToFold, Slot, /*LIS=*/nullptr, &A.VRM) != nullptr;
}

/// As VirtRegMap::createSpillSlot makes one.
int FunctionFolds::slotFor(const TargetRegisterClass &RC) {
  unsigned Size = TRI.getSpillSize(RC);
  Align Alignment = TRI.getSpillAlign(RC);
  Align Highest = A.MF.getSubtarget().getFrameLowering()->getStackAlign();
  if (Alignment > Highest && !TRI.canRealignStack(A.MF))
    Alignment = Highest;
  for (auto [Shape, Slot] : Slots)
    if (Shape == std::pair(Size, Alignment))
      return Slot;
  MachineFrameInfo &MFI = A.MF.getFrameInfo();
  if (!Frame) {
    Frame.emplace(Align(1), /*StackRealignable=*/false, /*ForcedRealign=*/false);
    *Frame = MFI;
  }
  int Slot = MFI.CreateSpillStackObject(Size, Alignment);
  Slots.push_back({{Size, Alignment}, Slot});
  return Slot;
}

void FunctionFolds::describeInstruction() {
  Key.resize(FunctionKey);
  append(Key, MI->getOpcode());
  append(Key, MI->getFlags());
  append(Key, MI->isCall() && MI->getCFIType());
  for (const MachineOperand &MO : MI->operands())
    describeOperand(MO);
  InstructionKey = Key.size();
}

void FunctionFolds::describeOperand(const MachineOperand &MO) {
  append<unsigned char>(Key, MO.getType());
  if (MO.isImm())
    return append(Key, MO.getImm());
  if (!MO.isReg())
    return append(Key, MO.isRegMask() || MO.isMBB() ? 0u : MO.getTargetFlags());
  const MachineRegisterInfo &MRI = A.MF.getRegInfo();
  Register Reg = MO.getReg();
  append(Key, static_cast<unsigned short>(MO.getSubReg()));
  append<unsigned char>(Key, MO.isDef() | MO.isImplicit() << 1 | MO.isUndef() << 2 | MO.isDead() << 3 |
                                 MO.isEarlyClobber() << 4 | MO.isTied() << 5 | MO.isInternalRead() << 6);
  if (!Reg.isVirtual())
    return append(Key, Reg.id());
  unsigned Same = 0; // which operand names the same register first
  while (!MI->getOperand(Same).isReg() || MI->getOperand(Same).getReg() != Reg)
    ++Same;
  const MachineInstr *Definition = MO.isUse() ? MRI.getUniqueVRegDef(Reg) : nullptr;
  append(Key, MRI.getRegClass(Reg)->getID() | 0x80000000u);
  append(Key, Same << 1 | (Definition && Definition->isImplicitDef()));
}

} // namespace mlra
