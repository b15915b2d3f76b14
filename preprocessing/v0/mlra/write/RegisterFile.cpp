//===- RegisterFile.cpp - The target's registers, classes and masks -------===//
#include "write/RegisterFile.h"

#include "LLVMCompat.h"
#include "write/JsonWriter.h"
#include "write/RecordWriter.h"
#include "write/TextFile.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/Target/TargetMachine.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

void writeSubRegisters(JsonWriter &J, MCRegister Reg, const TargetRegisterInfo &TRI) {
  J.key("subregs");
  J.beginArray();
  for (MCSubRegIndexIterator Sub(Reg, &TRI); Sub.isValid(); ++Sub) {
    J.beginObject();
    J.member("index", Sub.getSubRegIndex());
    J.member("name", TRI.getSubRegIndexName(Sub.getSubRegIndex()));
    J.member("reg_id", Sub.getSubReg().id());
    J.endObject();
  }
  J.endArray();
}

void writeRegister(JsonWriter &J, MCRegister Reg, unsigned Cost, const TargetRegisterInfo &TRI) {
  J.beginObject();
  J.member("reg_id", Reg.id());
  J.member("name", TRI.getName(Reg));
  J.array("units", TRI.regunits(Reg), [&](auto Unit) { J.value(compat::unitNumber(Unit)); });
  std::vector<unsigned> Aliases;
  for (MCRegAliasIterator Alias(Reg, &TRI, /*IncludeSelf=*/false); Alias.isValid(); ++Alias)
    Aliases.push_back(MCRegister(*Alias).id());
  std::sort(Aliases.begin(), Aliases.end());
  J.array("aliases", Aliases, [&](unsigned Alias) { J.value(Alias); });
  writeSubRegisters(J, Reg, TRI);
  J.member("cost", Cost);
  J.endObject();
}

void writeClass(JsonWriter &J, const TargetRegisterClass &RC, const TargetRegisterInfo &TRI,
                const MachineFunction &MF) {
  J.beginObject();
  J.member("class_id", RC.getID());
  J.member("name", TRI.getRegClassName(&RC));
  J.array("order", RC.getRawAllocationOrder(MF), [&](MCPhysReg Reg) { J.value(Reg); });
  J.member("spill_size", TRI.getSpillSize(RC));
  J.member("spill_align", TRI.getSpillAlign(RC).value());
  J.member("copy_cost", compat::copyCost(RC));
  J.member("priority", static_cast<unsigned>(RC.AllocationPriority));
  J.endObject();
}

void writeMasks(JsonWriter &J, const TargetRegisterInfo &TRI, const RegisterMasks &Masks) {
  ArrayRef<const char *> Spelled = TRI.getRegMaskNames();
  ArrayRef<const uint32_t *> Bits = TRI.getRegMasks();
  J.key("masks");
  J.beginArray();
  for (unsigned Mask = 0; Mask < Bits.size(); ++Mask) {
    J.beginObject();
    J.member("mask_id", Mask);
    J.member("name", StringRef(Spelled[Mask]).lower());
    J.array("preserved", Masks.preserved(Bits[Mask]), [&](MCPhysReg Reg) { J.value(Reg); });
    J.endObject();
  }
  J.endArray();
}

} // namespace

std::string writeRegisterFile(StringRef Path, const MachineFunction &MF, const TargetNames &Names) {
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  JsonWriter J;
  J.beginObject();
  J.member("v", RecordVersion);
  J.member("triple", MF.getTarget().getTargetTriple().str());
  J.member("llvm_version", LLVM_VERSION_STRING);
  J.member("registers_total", TRI.getNumRegs());
  J.array("reserved", Names.reserved(MF), [&](MCPhysReg Reg) { J.value(Reg); });
  J.key("registers");
  J.beginArray();
  ArrayRef<uint8_t> Costs = TRI.getRegisterCosts(MF);
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    writeRegister(J, MCRegister(Reg), Costs[Reg], TRI);
  J.endArray();
  J.key("classes");
  J.beginArray();
  for (const TargetRegisterClass *RC : TRI.regclasses())
    if (RC->isAllocatable())
      writeClass(J, *RC, TRI, MF);
  J.endArray();
  writeMasks(J, TRI, Names.masks());
  J.endObject();
  J.newLine();
  return writeTextFile(Path, J.text());
}

} // namespace mlra
