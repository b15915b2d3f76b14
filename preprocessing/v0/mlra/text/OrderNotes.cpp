//===- OrderNotes.cpp - `register:1,0,2 register:…` and back -------------------===//
#include "text/OrderNotes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

namespace {

bool parseNumbers(StringRef Text, SmallVectorImpl<unsigned> &Numbers) {
  SmallVector<StringRef, 16> Words;
  Text.split(Words, ',');
  return none_of(Words, [&](StringRef Word) { return Word.getAsInteger(10, Numbers.emplace_back()); });
}

bool isPermutation(ArrayRef<unsigned> Numbers) {
  SmallVector<unsigned, 16> Sorted(Numbers.begin(), Numbers.end());
  std::sort(Sorted.begin(), Sorted.end());
  for (size_t I = 0; I < Sorted.size(); ++I)
    if (Sorted[I] != I)
      return false;
  return true;
}

} // namespace

void appendNumbers(std::string &Description, unsigned Register, ArrayRef<unsigned> Numbers) {
  if (!Description.empty())
    Description += ' ';
  Description += std::to_string(Register);
  char Separator = ':';
  for (unsigned Number : Numbers) {
    (Description += Separator) += std::to_string(Number);
    Separator = ',';
  }
}

void forEachNumbers(StringRef Description, NumbersVisitor Visit) {
  SmallVector<StringRef, 16> Entries;
  Description.split(Entries, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Entry : Entries) {
    auto [Name, Text] = Entry.split(':');
    unsigned Register;
    SmallVector<unsigned, 16> Numbers;
    if (!Name.getAsInteger(10, Register) && parseNumbers(Text, Numbers))
      Visit(Register, Numbers);
  }
}

void forEachOrder(StringRef Description, NumbersVisitor Visit) {
  forEachNumbers(Description, [&](unsigned Register, ArrayRef<unsigned> Numbers) {
    if (isPermutation(Numbers))
      Visit(Register, Numbers);
  });
}

} // namespace mlra
