//===- DotWriter.h - The RL4ReAl fork's DOT file of one function ---------------===//
#ifndef MLRA_WRITE_DOTWRITER_H
#define MLRA_WRITE_DOTWRITER_H

#include "record/Problem.h"

#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlra {

/// Writes `<module file name>_F<counter>.dot` into the working folder, as the fork's -mlra-dump-ig-dot does:
/// physical registers with a colour and a virtual neighbour (or reserved here, and of a node's class), then the virtual registers that have a use point, each
/// followed by its edges to later ones. A function in which a register has more than 200 use points gets no file, nor one
/// without a virtual register.
/// The vectors are zero: the plugin has no vocabulary. Returns what went wrong, or an empty string.
std::string writeForkDot(const llvm::MachineFunction &MF, unsigned FunctionID, const Problem &P);

} // namespace mlra

#endif
