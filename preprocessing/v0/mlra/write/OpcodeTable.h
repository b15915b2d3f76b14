//===- OpcodeTable.h - What the target's tables say of its opcodes -------------===//
#ifndef MLRA_WRITE_OPCODETABLE_H
#define MLRA_WRITE_OPCODETABLE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/CodeGen/MachineFunction.h"

#include <string>

namespace mlra {

/// Writes one JSON object: for each opcode of the target its name and those of these properties that it has.
///   load, store, call, branch, compare   as the instruction's description says
///   move       a copy of a register, or of an immediate into one
///   float      it may raise a floating-point exception, or an operand's register class is made for floating-point scalars
///   vector     an operand's register class is made for vectors
/// What a class is made for is its first value type. Returns what went wrong, or an empty string.
std::string writeOpcodeTable(llvm::StringRef Path, const llvm::MachineFunction &MF);

} // namespace mlra

#endif
