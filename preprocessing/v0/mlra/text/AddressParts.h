//===- AddressParts.h - An address as an object and offsets ---------------===//
#ifndef MLRA_TEXT_ADDRESSPARTS_H
#define MLRA_TEXT_ADDRESSPARTS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Value.h"

#include <cstdint>

namespace mlra {

/// A value that an address depends on, how it is widened to an address, and by what it is multiplied.
struct AddressIndex {
  enum class Widening : uint8_t { None, Signed, Unsigned };

  const llvm::Value *Of;
  Widening By;
  int64_t Scale;
};

/// `Object` plus the sum of `Indices` plus `Constant`, in bytes: what LLVM's basic alias analysis compares.
struct AddressParts {
  const llvm::Value *Object;
  llvm::SmallVector<AddressIndex, 2> Indices;
  int64_t Constant = 0;
};

/// Casts and steps of `getelementptr` are looked through, a phi, a select and a load are objects.
AddressParts addressParts(const llvm::Value &Address, const llvm::DataLayout &Layout);

} // namespace mlra

#endif
