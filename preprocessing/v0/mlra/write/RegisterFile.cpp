//===- RegisterFile.cpp - The target's registers, for registers.parquet --------===//
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

void writeRegister(JsonWriter &J, MCRegister Reg, const TargetRegisterInfo &TRI) {
  J.beginObject();
  J.member("reg_id", Reg.id());
  J.member("name", TRI.getName(Reg));
  J.array("units", TRI.regunits(Reg), [&](auto Unit) { J.value(compat::unitNumber(Unit)); });
  std::vector<unsigned> Aliases;
  for (MCRegAliasIterator Alias(Reg, &TRI, /*IncludeSelf=*/false); Alias.isValid(); ++Alias)
    Aliases.push_back(MCRegister(*Alias).id());
  std::sort(Aliases.begin(), Aliases.end());
  J.array("aliases", Aliases, [&](unsigned Alias) { J.value(Alias); });
  J.endObject();
}

void writeClass(JsonWriter &J, const TargetRegisterClass &RC, const TargetRegisterInfo &TRI,
                const MachineFunction &MF) {
  J.beginObject();
  J.member("class_id", RC.getID());
  J.member("name", TRI.getRegClassName(&RC));
  J.array("order", RC.getRawAllocationOrder(MF), [&](MCPhysReg Reg) { J.value(Reg); });
  J.endObject();
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
  for (unsigned Reg = 1; Reg < TRI.getNumRegs(); ++Reg)
    writeRegister(J, MCRegister(Reg), TRI);
  J.endArray();
  J.key("classes");
  J.beginArray();
  for (const TargetRegisterClass *RC : TRI.regclasses())
    if (RC->isAllocatable())
      writeClass(J, *RC, TRI, MF);
  J.endArray();
  J.endObject();
  J.newLine();
  return writeTextFile(Path, J.text());
}

} // namespace mlra
