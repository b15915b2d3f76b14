//===- StubModule.h - The LLVM IR that a function's MIR text needs around it ---===//
#ifndef MLRA_TEXT_STUBMODULE_H
#define MLRA_TEXT_STUBMODULE_H

#include "text/MachineIRBody.h"

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace mlra {

/// Something that MIR text cannot say and that sways the allocator: travels as an attribute of the stub function.
struct ReplayNote {
  const char *Attribute;
  std::string Value; ///< no note if empty
};

/// LLVM IR with the function as a stub that keeps its name, calling convention and attributes, and with a declaration
/// of each global that the body names: what the MIR parser looks up. Indented as a YAML block scalar.
std::string stubModule(const llvm::MachineFunction &MF, const MachineIRBody &Body, llvm::ArrayRef<ReplayNote> Notes,
                       llvm::ModuleSlotTracker &MST);

} // namespace mlra

#endif
