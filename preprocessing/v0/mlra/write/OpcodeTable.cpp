//===- OpcodeTable.cpp - What the target's tables say of its opcodes -----------===//
#include "write/OpcodeTable.h"

#include "LLVMCompat.h"
#include "write/JsonWriter.h"
#include "write/RecordWriter.h"
#include "write/TextFile.h"

#include "llvm/Target/TargetMachine.h"

#include <utility>

using namespace llvm;

namespace mlra {

namespace {

struct OperandKinds {
  bool HasFloat = false;
  bool HasVector = false;
};

OperandKinds operandKinds(const MCInstrDesc &Desc, const TargetRegisterInfo &TRI) {
  OperandKinds Kinds;
  for (const MCOperandInfo &Operand : Desc.operands()) {
    if (Operand.RegClass < 0 || compat::isRegClassLookedUp(Operand) || unsigned(Operand.RegClass) >= TRI.getNumRegClasses())
      continue;
    const TargetRegisterClass &RC = *TRI.getRegClass(Operand.RegClass);
    if (TRI.legalclasstypes_begin(RC) == TRI.legalclasstypes_end(RC))
      continue;
    MVT Type(*TRI.legalclasstypes_begin(RC));
    Kinds.HasVector |= Type.isVector();
    Kinds.HasFloat |= Type.isFloatingPoint() && !Type.isVector();
  }
  return Kinds;
}

void writeOpcode(JsonWriter &J, const MCInstrDesc &Desc, StringRef Name, const TargetRegisterInfo &TRI) {
  OperandKinds Kinds = operandKinds(Desc, TRI);
  const std::pair<const char *, bool> Properties[] = {
      {"load", Desc.mayLoad()},
      {"store", Desc.mayStore()},
      {"call", Desc.isCall()},
      {"branch", Desc.isBranch()},
      {"compare", Desc.isCompare()},
      {"move", Desc.isMoveReg() || Desc.isMoveImmediate()},
      {"float", Desc.mayRaiseFPException() || Kinds.HasFloat},
      {"vector", Kinds.HasVector},
  };
  J.beginObject();
  J.member("name", Name);
  J.key("properties");
  J.beginArray();
  for (auto [Property, Holds] : Properties)
    if (Holds)
      J.value(Property);
  J.endArray();
  J.endObject();
}

} // namespace

std::string writeOpcodeTable(StringRef Path, const MachineFunction &MF) {
  const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  JsonWriter J;
  J.beginObject();
  J.member("v", RecordVersion);
  J.member("triple", MF.getTarget().getTargetTriple().str());
  J.member("llvm_version", LLVM_VERSION_STRING);
  J.key("opcodes");
  J.beginArray();
  for (unsigned Opcode = 0; Opcode < TII.getNumOpcodes(); ++Opcode)
    writeOpcode(J, TII.get(Opcode), TII.getName(Opcode), TRI);
  J.endArray();
  J.endObject();
  J.newLine();
  return writeTextFile(Path, J.text());
}

} // namespace mlra
