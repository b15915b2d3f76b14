//===- RegisterFile.h - The target's registers, classes and masks ---------===//
#ifndef MLRA_WRITE_REGISTERFILE_H
#define MLRA_WRITE_REGISTERFILE_H

#include "record/TargetNames.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/CodeGen/MachineFunction.h"

#include <string>

namespace mlra {

/// Writes one JSON object: the target's registers with their units, aliases, sub-registers and costs; its allocatable
/// classes with their allocation order and what a spill of them takes, as the function's subtarget has them; and the
/// masks of registers that survive calls. Returns what went wrong, or an empty string.
std::string writeRegisterFile(llvm::StringRef Path, const llvm::MachineFunction &MF, const TargetNames &Names);

} // namespace mlra

#endif
