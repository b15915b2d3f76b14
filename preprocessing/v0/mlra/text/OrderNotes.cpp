//===- OrderNotes.cpp - `register:1,0,2 register:…` and back -------------------===//
#include "text/OrderNotes.h"

#include "llvm/ADT/SmallVector.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

bool parsePermutation(StringRef Text, SmallVectorImpl<unsigned> &Permutation) {
  SmallVector<StringRef, 16> Words;
  Text.split(Words, ',');
  for (StringRef Word : Words)
    if (Word.getAsInteger(10, Permutation.emplace_back()))
      return false;
  SmallVector<unsigned, 16> Sorted(Permutation.begin(), Permutation.end());
  std::sort(Sorted.begin(), Sorted.end());
  for (size_t I = 0; I < Sorted.size(); ++I)
    if (Sorted[I] != I)
      return false;
  return true;
}

} // namespace

void appendOrder(std::string &Description, unsigned Register, ArrayRef<unsigned> Permutation) {
  if (!Description.empty())
    Description += ' ';
  Description += std::to_string(Register);
  char Separator = ':';
  for (unsigned Position : Permutation) {
    (Description += Separator) += std::to_string(Position);
    Separator = ',';
  }
}

void forEachOrder(StringRef Description, function_ref<void(unsigned, ArrayRef<unsigned>)> Visit) {
  SmallVector<StringRef, 16> Entries;
  Description.split(Entries, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Entry : Entries) {
    auto [Number, Text] = Entry.split(':');
    unsigned Register;
    SmallVector<unsigned, 16> Permutation;
    if (!Number.getAsInteger(10, Register) && parsePermutation(Text, Permutation))
      Visit(Register, Permutation);
  }
}

} // namespace mlra
