//===- Discard.cpp - An empty function in place of a recorded one --------------===//
#include "record/Discard.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Pass.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace mlra {

bool canDiscard() {
  // Asked before there is a target machine; neither x86 nor AArch64 allocates across functions of its own accord.
  auto &Options = cl::getRegisteredOptions();
  auto Found = Options.find("enable-ipra");
  return Found == Options.end() || !static_cast<cl::opt<bool> *>(Found->second)->getValue();
}

void discardBody(MachineFunction &MF) {
  MachineFunctionProperties Properties = MF.getProperties();
  MF.reset();
  MF.initTargetMachineFunctionInfo(MF.getSubtarget());
  MF.getTarget().registerMachineRegisterInfoCallback(MF);
  MF.getProperties().set(Properties);
  MF.push_back(MF.CreateMachineBasicBlock());
  MF.getRegInfo().freezeReservedRegs();
}

void discardingUsage(const Pass &Allocator, AnalysisUsage &AU) {
  AnalysisUsage Its;
  Allocator.getAnalysisUsage(Its);
  for (AnalysisID ID : Its.getRequiredSet())
    AU.addRequiredID(ID);
  for (AnalysisID ID : Its.getRequiredTransitiveSet())
    AU.addRequiredTransitiveID(*const_cast<char *>(static_cast<const char *>(ID)));
}

} // namespace mlra
