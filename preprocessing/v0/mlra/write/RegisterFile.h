//===- RegisterFile.h - The target's registers, for registers.parquet ----------===//
#ifndef MLRA_WRITE_REGISTERFILE_H
#define MLRA_WRITE_REGISTERFILE_H

#include "record/TargetNames.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/CodeGen/MachineFunction.h"

#include <string>

namespace mlra {

/// Writes one JSON object: the target's registers with their units and aliases, and its allocatable classes with their
/// allocation order, as the function's subtarget has them. Returns what went wrong, or an empty string.
std::string writeRegisterFile(llvm::StringRef Path, const llvm::MachineFunction &MF, const TargetNames &Names);

} // namespace mlra

#endif
