//===- FunctionNames.h - Names of functions in UTF-8 ---------------------------===//
//
// LLVM IR may name a function with any bytes. Records and MIR text are UTF-8, and MIR text has no way to write another byte
// in the name of a function.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_FUNCTIONNAMES_H
#define MLRA_TEXT_FUNCTIONNAMES_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlra {

/// The name as a record has it: itself if it is UTF-8, else as LLVM prints it in quotes (`"latin\E9"`). So is one that
/// begins with a quote: each record's name stands for one name. rl4real_data/core/stored_names.py does the same.
std::string recordedName(llvm::StringRef Name);

/// The name as MIR text has it: itself if it is UTF-8, else another that `recordedName` takes for it.
std::string textName(llvm::StringRef Name);

/// MIR text of the function `Name` with its text name wherever LLVM has printed the other.
std::string withTextName(std::string Text, llvm::StringRef Name);

} // namespace mlra

#endif
