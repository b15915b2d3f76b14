//===- OrderNotes.h - `register:1,0,2 register:…` and back ---------------------===//
#ifndef MLRA_TEXT_ORDERNOTES_H
#define MLRA_TEXT_ORDERNOTES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlra {

/// Appends one register's permutation to a description.
void appendOrder(std::string &Description, unsigned Register, llvm::ArrayRef<unsigned> Permutation);

/// Calls `Visit` for each entry of a description that is a permutation of 0…n-1; skips any other.
void forEachOrder(llvm::StringRef Description,
                  llvm::function_ref<void(unsigned Register, llvm::ArrayRef<unsigned> Permutation)> Visit);

} // namespace mlra

#endif
