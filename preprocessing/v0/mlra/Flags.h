//===- Flags.h - The flags of recording -----------------------------------===//
//
// Those of deciding stand with their deciders.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_FLAGS_H
#define MLRA_FLAGS_H

#include "llvm/Support/CommandLine.h"

#include <string>

namespace mlra::flags {

extern llvm::cl::opt<bool> RecordsDefault;
extern llvm::cl::opt<std::string> DumpPath;
extern llvm::cl::opt<std::string> ColumnsPath;
extern llvm::cl::opt<bool> DumpMIR;
extern llvm::cl::opt<bool> DumpDot;
extern llvm::cl::opt<unsigned> OnlyFunction;
extern llvm::cl::opt<bool> Verify;
extern llvm::cl::opt<bool> DiscardBody;
extern llvm::cl::opt<std::string> RegistersPath;
extern llvm::cl::opt<std::string> OpcodesPath;

} // namespace mlra::flags

#endif
