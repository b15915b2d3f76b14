//===- References.cpp - How MIR text refers to blocks, frame objects and globals -===//
#include "text/References.h"

#include "llvm/CodeGen/MachineBasicBlock.h"

using namespace llvm;

namespace mlra {

void printGlobalName(raw_ostream &OS, const GlobalValue &GV, ModuleSlotTracker &MST) {
  if (GV.hasName()) {
    GV.printAsOperand(OS, /*PrintType=*/false, MST);
    return;
  }
  std::string Number;
  raw_string_ostream NumberOS(Number);
  GV.printAsOperand(NumberOS, /*PrintType=*/false, MST);
  OS << "@mlra.unnamed." << StringRef(Number).drop_front();
}

SmallVector<int, 8> fixedObjects(const MachineFrameInfo &MFI) {
  SmallVector<int, 8> Indices;
  for (int I = -1; I >= MFI.getObjectIndexBegin(); --I)
    if (!MFI.isDeadObjectIndex(I))
      Indices.push_back(I);
  return Indices;
}

References::References(const MachineFunction &MF) {
  LayoutIndex.resize(MF.getNumBlockIDs());
  unsigned Index = 0;
  for (const MachineBasicBlock &MBB : MF)
    LayoutIndex[MBB.getNumber()] = Index++;
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  unsigned Fixed = 0, Ordinary = 0;
  for (int I : fixedObjects(MFI))
    StackIndex[I] = Fixed++;
  for (int I = 0; I < MFI.getObjectIndexEnd(); ++I)
    if (!MFI.isDeadObjectIndex(I))
      StackIndex[I] = Ordinary++;
}

std::string References::block(const MachineBasicBlock &MBB) const {
  return "%bb." + std::to_string(LayoutIndex[MBB.getNumber()]);
}

std::string References::stack(int FrameIndex) const {
  return (FrameIndex < 0 ? "%fixed-stack." : "%stack.") + std::to_string(StackIndex.lookup(FrameIndex));
}

} // namespace mlra
