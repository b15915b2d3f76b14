//===- OrderNotes.h - `register:1,0,2 register:…` and back ---------------------===//
#ifndef MLRA_TEXT_ORDERNOTES_H
#define MLRA_TEXT_ORDERNOTES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlra {

/// Appends what there is of one register to a description.
void appendNumbers(std::string &Description, unsigned Register, llvm::ArrayRef<unsigned> Numbers);

using NumbersVisitor = llvm::function_ref<void(unsigned Register, llvm::ArrayRef<unsigned> Numbers)>;

/// Calls `Visit` for each entry of a description; skips what is none.
void forEachNumbers(llvm::StringRef Description, NumbersVisitor Visit);

/// Calls `Visit` for each entry that is a permutation of 0…n-1; skips any other.
void forEachOrder(llvm::StringRef Description, NumbersVisitor Visit);

} // namespace mlra

#endif
