//===- VectorText.h - Names and vectors of numbers in JSON ----------------===//
#ifndef MLRA_DECIDE_VECTORTEXT_H
#define MLRA_DECIDE_VECTORTEXT_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

/// Reads the JSON that vocabularies are made of: objects of names, and arrays of numbers. llvm::json would take 40 ms
/// for x86's 1,800 vectors, a quarter of an average compilation; this takes 4.
class VectorText {
public:
  explicit VectorText(llvm::StringRef Text) : Whole(Text), Rest(Text) {}

  /// Whether the next character but white space is this one, which then is read.
  bool consume(char Wanted);

  /// A string without escapes; false if there is none.
  bool string(llvm::StringRef &Found);

  /// `[number, …]`, all finite as float; false for anything else, and for an empty one.
  bool numbers(std::vector<float> &Found);

  /// Whether all is read.
  bool isOver();

  /// "line 7: expected …".
  std::string expected(const std::string &What) const;

private:
  llvm::StringRef Whole, Rest;
};

} // namespace mlra

#endif
