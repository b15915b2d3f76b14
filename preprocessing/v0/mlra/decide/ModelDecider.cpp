//===- ModelDecider.cpp - What deciders that ask a model have in common ---===//
#include "decide/ModelDecider.h"

#include "llvm/CodeGen/MachineFunction.h"

namespace mlra {

bool ModelDecider::wants(const llvm::MachineFunction &MF, unsigned FunctionID) {
  if (!Flags.OnlyFunction.empty() && MF.getName() != Flags.OnlyFunction)
    return false;
  return Limits.asksAbout(MF.getName(), FunctionID);
}

} // namespace mlra
