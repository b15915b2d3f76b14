//===- TextFile.h - Writes a whole file -----------------------------------------===//
#ifndef MLRA_WRITE_TEXTFILE_H
#define MLRA_WRITE_TEXTFILE_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlra {

/// Returns what went wrong, or an empty string.
std::string writeTextFile(llvm::StringRef Path, llvm::StringRef Text);

} // namespace mlra

#endif
