//===- MachineIRText.cpp - A function as MIR text that stands alone ------------===//
#include "MachineIRText.h"

#include "LLVMCompat.h"
#include "MachineIRBody.h"
#include "Problem.h"
#include "StubModule.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/MIRYamlMapping.h"
#include "llvm/CodeGen/MachineConstantPool.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/YAMLTraits.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace mlra {

namespace {

template <typename PrintableT> std::string printed(const PrintableT &P) {
  std::string Text;
  raw_string_ostream(Text) << P;
  return Text;
}

void fillRegisters(yaml::MachineFunction &Y, const MachineFunction &MF) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  Y.TracksRegLiveness = MRI.tracksLiveness();
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    yaml::VirtualRegisterDefinition V;
    V.ID = I;
    V.Class.Value = printed(printRegClassOrBank(Reg, MRI, &TRI));
    if (Register Hint = MRI.getSimpleHint(Reg))
      V.PreferredRegister.Value = printed(printReg(Hint, &TRI));
    Y.VirtualRegisters.push_back(std::move(V));
  }
  for (auto [Physical, Virtual] : MRI.liveins()) {
    yaml::MachineFunctionLiveIn LiveIn;
    LiveIn.Register.Value = printed(printReg(Physical, &TRI));
    if (Virtual)
      LiveIn.VirtualRegister.Value = printed(printReg(Virtual, &TRI));
    Y.LiveIns.push_back(std::move(LiveIn));
  }
  if (!MRI.isUpdatedCSRsInitialized())
    return;
  Y.CalleeSavedRegisters.emplace();
  for (const MCPhysReg *Reg = MRI.getCalleeSavedRegs(); *Reg; ++Reg) {
    yaml::FlowStringValue Name;
    Name.Value = printed(printReg(*Reg, &TRI));
    Y.CalleeSavedRegisters->push_back(std::move(Name));
  }
}

std::string stackReference(const MachineFrameInfo &MFI, int Index) {
  return Index < 0 ? "%fixed-stack." + std::to_string(Index - MFI.getObjectIndexBegin())
                   : "%stack." + std::to_string(Index);
}

void fillFrameInfo(yaml::MachineFrameInfo &Y, const MachineFrameInfo &MFI) {
  Y.IsFrameAddressTaken = MFI.isFrameAddressTaken();
  Y.IsReturnAddressTaken = MFI.isReturnAddressTaken();
  Y.HasStackMap = MFI.hasStackMap();
  Y.HasPatchPoint = MFI.hasPatchPoint();
  Y.StackSize = MFI.getStackSize();
  Y.OffsetAdjustment = MFI.getOffsetAdjustment();
  Y.MaxAlignment = MFI.getMaxAlign().value();
  Y.AdjustsStack = MFI.adjustsStack();
  Y.HasCalls = MFI.hasCalls();
  Y.MaxCallFrameSize = MFI.isMaxCallFrameSizeComputed() ? MFI.getMaxCallFrameSize() : ~0u;
  Y.CVBytesOfCalleeSavedRegisters = MFI.getCVBytesOfCalleeSavedRegisters();
  Y.HasOpaqueSPAdjustment = MFI.hasOpaqueSPAdjustment();
  Y.HasVAStart = MFI.hasVAStart();
  Y.HasMustTailInVarArgFunc = MFI.hasMustTailInVarArgFunc();
  Y.HasTailCall = MFI.hasTailCall();
  Y.IsCalleeSavedInfoValid = MFI.isCalleeSavedInfoValid();
  Y.LocalFrameSize = MFI.getLocalFrameSize();
  if (MFI.hasStackProtectorIndex())
    Y.StackProtector.Value = stackReference(MFI, MFI.getStackProtectorIndex());
  if (MFI.hasFunctionContextIndex())
    Y.FunctionContext.Value = stackReference(MFI, MFI.getFunctionContextIndex());
}

void fillFixedObjects(yaml::MachineFunction &Y, const MachineFrameInfo &MFI) {
  for (int I = MFI.getObjectIndexBegin(); I < 0; ++I) {
    if (MFI.isDeadObjectIndex(I))
      continue;
    yaml::FixedMachineStackObject Object;
    Object.ID = I - MFI.getObjectIndexBegin();
    Object.Type = MFI.isSpillSlotObjectIndex(I) ? yaml::FixedMachineStackObject::SpillSlot
                                                : yaml::FixedMachineStackObject::DefaultType;
    Object.Offset = MFI.getObjectOffset(I);
    Object.Size = MFI.getObjectSize(I);
    Object.Alignment = MFI.getObjectAlign(I);
    Object.StackID = static_cast<TargetStackID::Value>(MFI.getStackID(I));
    Object.IsImmutable = MFI.isImmutableObjectIndex(I);
    Object.IsAliased = MFI.isAliasedObjectIndex(I);
    Y.FixedStackObjects.push_back(std::move(Object));
  }
}

void fillObjects(yaml::MachineFunction &Y, const MachineFrameInfo &MFI) {
  DenseMap<int, int64_t> LocalOffset;
  for (unsigned I = 0; I < MFI.getLocalFrameObjectCount(); ++I) {
    auto Local = MFI.getLocalFrameObjectMap(I);
    LocalOffset[Local.first] = Local.second;
  }
  for (int I = 0; I < MFI.getObjectIndexEnd(); ++I) {
    if (MFI.isDeadObjectIndex(I))
      continue;
    yaml::MachineStackObject Object;
    Object.ID = I;
    Object.Type = MFI.isSpillSlotObjectIndex(I)          ? yaml::MachineStackObject::SpillSlot
                  : MFI.isVariableSizedObjectIndex(I) ? yaml::MachineStackObject::VariableSized
                                                         : yaml::MachineStackObject::DefaultType;
    Object.Offset = MFI.getObjectOffset(I);
    Object.Size = MFI.getObjectSize(I);
    Object.Alignment = MFI.getObjectAlign(I);
    Object.StackID = static_cast<TargetStackID::Value>(MFI.getStackID(I));
    auto Local = LocalOffset.find(I);
    if (Local != LocalOffset.end())
      Object.LocalOffset = Local->second;
    Y.StackObjects.push_back(std::move(Object));
  }
}

void fillConstants(yaml::MachineFunction &Y, const MachineFunction &MF, ModuleSlotTracker &MST) {
  for (const MachineConstantPoolEntry &Entry : MF.getConstantPool()->getConstants()) {
    yaml::MachineConstantPoolValue Constant;
    Constant.ID = Y.Constants.size();
    Constant.IsTargetSpecific = Entry.isMachineConstantPoolEntry();
    Constant.Alignment = Entry.getAlign();
    raw_string_ostream OS(Constant.Value.Value);
    if (Constant.IsTargetSpecific)
      Entry.Val.MachineCPVal->print(OS);
    else
      Entry.Val.ConstVal->printAsOperand(OS, /*PrintType=*/true, MST);
    Y.Constants.push_back(std::move(Constant));
  }
}

void fillJumpTables(yaml::MachineFunction &Y, const MachineFunction &MF) {
  const MachineJumpTableInfo *Tables = MF.getJumpTableInfo();
  if (!Tables)
    return;
  Y.JumpTableInfo.Kind = Tables->getEntryKind();
  for (const MachineJumpTableEntry &Table : Tables->getJumpTables()) {
    yaml::MachineJumpTable::Entry Entry;
    Entry.ID = Y.JumpTableInfo.Entries.size();
    for (const MachineBasicBlock *MBB : Table.MBBs) {
      yaml::FlowStringValue Name;
      Name.Value = "%bb." + std::to_string(MBB->getNumber());
      Entry.Blocks.push_back(std::move(Name));
    }
    Y.JumpTableInfo.Entries.push_back(std::move(Entry));
  }
}

/// Everything of the MIR document between `name:` and `body:`.
std::string header(const MachineFunction &MF, ModuleSlotTracker &MST) {
  yaml::MachineFunction Y;
  Y.Alignment = MF.getAlignment();
  Y.ExposesReturnsTwice = MF.exposesReturnsTwice();
  Y.CallsEHReturn = MF.callsEHReturn();
  Y.CallsUnwindInit = MF.callsUnwindInit();
  Y.HasEHScopes = MF.hasEHScopes();
  Y.HasEHFunclets = MF.hasEHFunclets();
  Y.IsOutlined = MF.isOutlined();
  fillRegisters(Y, MF);
  fillFrameInfo(Y.FrameInfo, MF.getFrameInfo());
  fillFixedObjects(Y, MF.getFrameInfo());
  fillObjects(Y, MF.getFrameInfo());
  fillConstants(Y, MF, MST);
  fillJumpTables(Y, MF);
  Y.MachineFuncInfo.reset(MF.getTarget().convertFuncInfoToYAML(MF));

  std::string Document;
  raw_string_ostream OS(Document);
  yaml::Output Out(OS, nullptr, /*WrapColumn=*/0);
  Out << Y;
  size_t NameEnd = Document.find('\n', Document.find("name:")) + 1;
  size_t DocumentEnd = Document.rfind("...");
  return Document.substr(NameEnd, DocumentEnd - NameEnd);
}

std::string quotedForYaml(StringRef Name) {
  std::string Quoted = "'";
  for (char C : Name)
    Quoted.append(C == '\'' ? 2 : 1, C);
  return Quoted + "'";
}

std::string hashWithoutNames(StringRef Header, const MachineIRBody &Body, ArrayRef<MCPhysReg> Reserved) {
  SHA256 Hasher;
  Hasher.update(Header);
  for (MCPhysReg Reg : Reserved)
    Hasher.update(ArrayRef<uint8_t>{static_cast<uint8_t>(Reg), static_cast<uint8_t>(Reg >> 8)});
  StringMap<unsigned> OrderOf;
  size_t Done = 0;
  StringRef Text = Body.text();
  for (MachineIRBody::NameSpan Span : Body.names()) {
    Hasher.update(Text.slice(Done, Span.Begin));
    unsigned Order = OrderOf.try_emplace(Text.slice(Span.Begin, Span.End), OrderOf.size()).first->second;
    Hasher.update("@" + std::to_string(Order));
    Done = Span.End;
  }
  Hasher.update(Text.substr(Done));
  return toHex(ArrayRef<uint8_t>(Hasher.final()).take_front(16), /*LowerCase=*/true);
}

} // namespace

MachineIRText::MachineIRText(const MachineFunction &MF, ModuleSlotTracker &MST) {
  MachineIRBody Body(MF, MST);
  std::string Header = header(MF, MST);
  Hash = hashWithoutNames(Header, Body, reservedRegisters(MF));
  Text = "--- |\n" + stubModule(MF, Body, MST) + "...\n---\nname: " + quotedForYaml(MF.getName()) + "\n" + Header +
         "body: |\n" + Body.text() + "...\n";
}

} // namespace mlra
