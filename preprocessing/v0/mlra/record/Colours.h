//===- Colours.h - The small numbers by which registers are known to a model ---===//
#ifndef MLRA_RECORD_COLOURS_H
#define MLRA_RECORD_COLOURS_H

#include "llvm/CodeGen/MachineFunction.h"

#include <map>

namespace mlra {

/// Colours run from 1 over the registers that may be given out, in ascending number. They belong to the target: a function
/// that keeps a frame pointer may not give it out, but that moves no colour.
std::map<unsigned, unsigned> colours(const llvm::MachineFunction &MF);

} // namespace mlra

#endif
