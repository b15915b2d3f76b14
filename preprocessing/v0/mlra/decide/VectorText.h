//===- VectorText.h - Names and vectors of numbers in JSON ----------------===//
#ifndef MLRA_DECIDE_VECTORTEXT_H
#define MLRA_DECIDE_VECTORTEXT_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

/// Reads the JSON that vocabularies are made of: objects of names, and arrays of numbers, which are left as unread
/// text: a function names few of them. llvm::json would take 40 ms for x86's vocabulary, a quarter of an average
/// compilation; to look at each character takes 3.
class VectorText {
public:
  explicit VectorText(llvm::StringRef Text) : Whole(Text), Rest(Text) {}

  /// Whether the next character but white space is this one, which then is read.
  bool consume(char Wanted);

  /// A string without escapes; false if there is none.
  bool string(llvm::StringRef &Found);

  /// `[…]`, what lies between the brackets: `parseNumbers` sees whether it is numbers. False for an empty one, and for
  /// one that has names or brackets in it.
  bool numbers(llvm::StringRef &Found);

  /// Whether all is read.
  bool isOver();

  /// "line 7: expected …".
  std::string expected(const std::string &What) const;

private:
  llvm::StringRef Whole, Rest;
};

/// The numbers of such a text; none if one of them is no finite float.
std::vector<float> parseNumbers(llvm::StringRef Text);

} // namespace mlra

#endif
