//===- CalleeSaved.h - Registers that the function must save -------------------===//
#ifndef MLRA_RECORD_CALLEESAVED_H
#define MLRA_RECORD_CALLEESAVED_H

#include "record/Problem.h"

#include <vector>

namespace mlra {

/// The registers of the callee-saved list, in its order, of which the allocated code writes a unit: an assigned virtual
/// register, an instruction's own, or inline assembly. What calls clobber by their masks does not count.
std::vector<llvm::MCPhysReg> writtenCalleeSaved(const Analyses &A);

/// Expected executions of the places at which one register is saved and restored: the entry, and each return.
double savingFrequency(const Analyses &A);

} // namespace mlra

#endif
