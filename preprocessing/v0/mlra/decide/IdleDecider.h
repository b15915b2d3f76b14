//===- IdleDecider.h - A decider that is never asked ----------------------===//
//
// A flag of a decider does nothing where none of our allocators runs: without optimisation, and in a compiler that
// makes no machine code. The user is warned: by the compiler's own warning where there is one, else on standard error
// at the end of the process.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_IDLEDECIDER_H
#define MLRA_DECIDE_IDLEDECIDER_H

#include "llvm/ADT/StringRef.h"

namespace llvm {
class Module;
} // namespace llvm

namespace mlra {

/// Of the flag of a decider: from now on the end of the process looks whether an allocator was made.
void expectAllocator();

/// Of our allocators, when one is made.
void noteAllocator();

/// Of an allocator in whose place LLVM's fast one runs.
void warnOfFastAllocator(const llvm::Module &M);

} // namespace mlra

#endif
