//===- MachineIRText.cpp - A function as MIR text that stands alone ------------===//
#include "text/MachineIRText.h"

#include "LLVMCompat.h"
#include "record/GivenRegister.h"
#include "text/BlockNumbers.h"
#include "text/EarlierAllocator.h"
#include "text/FunctionNames.h"
#include "text/KeptMerges.h"
#include "text/MachineIRBody.h"
#include "text/References.h"
#include "text/SlotGaps.h"
#include "text/StubModule.h"
#include "text/UseOrder.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/MIRYamlMapping.h"
#include "llvm/CodeGen/MachineConstantPool.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/YAMLTraits.h"
#include "llvm/Support/xxhash.h"
#include "llvm/Target/TargetMachine.h"

#include <algorithm>
#include <cstring>

using namespace llvm;

namespace mlra {

namespace {

/// Written by hand: a function has hundreds of virtual registers, and yaml::Output costs a microsecond for each.
std::string registerLists(const MachineFunction &MF, const VirtRegMap &VRM, const TargetNames &Spelled) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  auto Name = [&](Register Reg) {
    return Reg.isVirtual() ? "%" + std::to_string(Reg.virtRegIndex()) : Spelled.registerName(Reg.id());
  };
  std::string Text;
  HintOrder Order;
  if (MRI.getNumVirtRegs())
    Text += "registers:\n";
  for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
    Register Reg = Register::index2VirtReg(I);
    const TargetRegisterClass *RC = MRI.getRegClassOrNull(Reg);
    ((Text += "  - { id: ") += std::to_string(I)) += ", class: ";
    Text += RC ? Spelled.className(RC->getID()) : std::string("_");
    Register Hint = printedHint(MRI, VRM, Reg);
    if (Order.holds(I, Hint) && Hint)
      ((Text += ", preferred-register: '") += Name(Hint)) += "'";
    Text += " }\n";
  }
  if (!MRI.livein_empty())
    Text += "liveins:\n";
  for (auto [Physical, Virtual] : MRI.liveins()) {
    ((Text += "  - { reg: '") += Name(Physical)) += "'";
    if (Virtual)
      ((Text += ", virtual-reg: '") += Name(Virtual)) += "'";
    Text += " }\n";
  }
  return Text;
}

/// Whether the signature, which the stub does not have, adds callee-saved registers: scalable vectors (AArch64 SVE) do.
bool signatureDecidesCalleeSaved(const Function &F) {
  auto IsScalable = [](const Type *T) { return T->isScalableTy(); };
  return IsScalable(F.getReturnType()) || any_of(F.getFunctionType()->params(), IsScalable);
}

void fillCalleeSaved(yaml::MachineFunction &Y, const MachineFunction &MF, const TargetNames &Spelled) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  if (!MRI.isUpdatedCSRsInitialized() && !signatureDecidesCalleeSaved(MF.getFunction()))
    return;
  Y.CalleeSavedRegisters.emplace();
  for (const MCPhysReg *Reg = MRI.getCalleeSavedRegs(); *Reg; ++Reg) {
    yaml::FlowStringValue Name;
    Name.Value = Spelled.registerName(*Reg);
    Y.CalleeSavedRegisters->push_back(std::move(Name));
  }
}

/// As a reader has it, who counts the fixed objects, too: the same text, and so the same content hash, after a replay.
uint64_t maxAlignment(const MachineFrameInfo &MFI) {
  Align Max = MFI.getMaxAlign();
  for (int I : fixedObjects(MFI))
    Max = std::max(Max, MFI.getObjectAlign(I));
  return Max.value();
}

void fillFrameInfo(yaml::MachineFrameInfo &Y, const MachineFrameInfo &MFI, const References &Refs) {
  Y.IsFrameAddressTaken = MFI.isFrameAddressTaken();
  Y.IsReturnAddressTaken = MFI.isReturnAddressTaken();
  Y.HasStackMap = MFI.hasStackMap();
  Y.HasPatchPoint = MFI.hasPatchPoint();
  Y.StackSize = MFI.getStackSize();
  Y.OffsetAdjustment = MFI.getOffsetAdjustment();
  Y.MaxAlignment = maxAlignment(MFI);
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
    Y.StackProtector.Value = Refs.stack(MFI.getStackProtectorIndex());
  if (MFI.hasFunctionContextIndex())
    Y.FunctionContext.Value = Refs.stack(MFI.getFunctionContextIndex());
}

void fillFixedObjects(yaml::MachineFunction &Y, const MachineFrameInfo &MFI) {
  for (int I : fixedObjects(MFI)) {
    yaml::FixedMachineStackObject Object;
    Object.ID = Y.FixedStackObjects.size();
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
    Object.ID = Y.StackObjects.size();
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

void fillJumpTables(yaml::MachineFunction &Y, const MachineFunction &MF, const References &Refs) {
  const MachineJumpTableInfo *Tables = MF.getJumpTableInfo();
  if (!Tables)
    return;
  Y.JumpTableInfo.Kind = Tables->getEntryKind();
  for (const MachineJumpTableEntry &Table : Tables->getJumpTables()) {
    yaml::MachineJumpTable::Entry Entry;
    Entry.ID = Y.JumpTableInfo.Entries.size();
    for (const MachineBasicBlock *MBB : Table.MBBs) {
      yaml::FlowStringValue Name;
      Name.Value = Refs.block(*MBB);
      Entry.Blocks.push_back(std::move(Name));
    }
    Y.JumpTableInfo.Entries.push_back(std::move(Entry));
  }
}

/// Everything of the MIR document between `name:` and `body:`.
std::string header(const MachineFunction &MF, const VirtRegMap &VRM, const References &Refs,
                   const TargetNames &Spelled, ModuleSlotTracker &MST) {
  yaml::MachineFunction Y;
  Y.Alignment = MF.getAlignment();
  Y.ExposesReturnsTwice = MF.exposesReturnsTwice();
  Y.CallsEHReturn = MF.callsEHReturn();
  Y.CallsUnwindInit = MF.callsUnwindInit();
  Y.HasEHScopes = MF.hasEHScopes();
  Y.HasEHFunclets = MF.hasEHFunclets();
  Y.IsOutlined = MF.isOutlined();
  Y.TracksRegLiveness = MF.getRegInfo().tracksLiveness();
  fillCalleeSaved(Y, MF, Spelled);
  fillFrameInfo(Y.FrameInfo, MF.getFrameInfo(), Refs);
  fillFixedObjects(Y, MF.getFrameInfo());
  fillObjects(Y, MF.getFrameInfo());
  fillConstants(Y, MF, MST);
  fillJumpTables(Y, MF, Refs);
  Y.MachineFuncInfo.reset(MF.getTarget().convertFuncInfoToYAML(MF));

  std::string Document;
  raw_string_ostream OS(Document);
  yaml::Output Out(OS, nullptr, /*WrapColumn=*/0);
  Out << Y;
  size_t NameEnd = Document.find('\n', Document.find("name:")) + 1;
  size_t DocumentEnd = Document.rfind("...");
  return registerLists(MF, VRM, Spelled) + Document.substr(NameEnd, DocumentEnd - NameEnd);
}

/// The function's name as the reader looks it up: without the quotes and escapes of LLVM IR, with those of YAML.
std::string quotedName(const MachineFunction &MF, ModuleSlotTracker &MST) {
  std::string Name = textName(MF.getName());
  if (Name.empty()) {
    raw_string_ostream OS(Name);
    printGlobalName(OS, MF.getFunction(), MST);
    Name.erase(0, strlen("@"));
  }
  return '"' + yaml::escape(Name, /*EscapePrintable=*/false) + '"';
}

std::string hashOfProblem(const std::string &Header, const MachineIRBody &Body, ArrayRef<MCPhysReg> Reserved) {
  std::string Input = Header;
  for (MCPhysReg Reg : Reserved)
    ((Input += ' ') += std::to_string(Reg));
  StringMap<unsigned> OrderOf;
  size_t Done = 0;
  const std::string &Text = Body.text();
  for (MachineIRBody::Span Span : Body.besidesProblem()) {
    Input.append(Text, Done, Span.Begin - Done);
    Done = Span.End;
    if (Span.Instead) {
      Input += Span.Instead;
      continue;
    }
    StringRef Name = StringRef(Text).slice(Span.Begin, Span.End);
    unsigned Order = OrderOf.try_emplace(Name, OrderOf.size()).first->second;
    ((Input += '@') += std::to_string(Order)) += ' ';
  }
  Input.append(Text, Done);
  XXH128_hash_t Hash = xxh3_128bits(arrayRefFromStringRef(Input));
  return utohexstr(Hash.high64, /*LowerCase=*/true, 16) + utohexstr(Hash.low64, /*LowerCase=*/true, 16);
}

} // namespace

MachineIRText::MachineIRText(const MachineFunction &MF, LiveIntervals &LIS, const VirtRegMap &VRM,
                             const TargetNames &Spelled, ModuleSlotTracker &MST) {
  References Refs(MF);
  MachineIRBody Body(MF, LIS, VRM, Refs, Spelled, MST);
  std::string Header = withTextName(header(MF, VRM, Refs, Spelled, MST), MF.getName());
  Hash = hashOfProblem(Header, Body, Spelled.reserved(MF));
  const ReplayNote Notes[] = {{SlotGapsAttribute, describeSlotGaps(MF, *LIS.getSlotIndexes())},
                              {UseOrderAttribute, describeUseOrder(MF, VRM)},
                              {KeptMergesAttribute, describeKeptMerges(MF, LIS)},
                              {BlockNumbersAttribute, describeBlockNumbers(MF)},
                              {CopyHintsAttribute, describeCopyHints(MF, VRM)},
                              {NotSpillableAttribute, describeNotSpillable(MF, LIS, VRM)}};
  Text = "--- |\n" + withTextName(stubModule(MF, Body, Notes, MST), MF.getName()) + "...\n---\nname: " +
         quotedName(MF, MST) + "\n" + Header + "body: |\n" + withTextName(Body.text(), MF.getName()) + "...\n";
}

} // namespace mlra
