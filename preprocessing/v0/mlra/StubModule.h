//===- StubModule.h - The LLVM IR that a function's MIR text needs around it ---===//
#ifndef MLRA_STUBMODULE_H
#define MLRA_STUBMODULE_H

#include "MachineIRBody.h"

#include <string>

namespace mlra {

/// LLVM IR with the function as a stub that keeps its name, calling convention and attributes, and with a declaration
/// of each global that the body names: what the MIR parser looks up. Indented as a YAML block scalar.
std::string stubModule(const llvm::MachineFunction &MF, const MachineIRBody &Body, llvm::StringRef SlotGaps,
                       llvm::ModuleSlotTracker &MST);

} // namespace mlra

#endif
