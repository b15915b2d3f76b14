//===- Patience.h - How often a model may fail ----------------------------===//
#ifndef MLRA_DECIDE_PATIENCE_H
#define MLRA_DECIDE_PATIENCE_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

/// A server that is gone would cost a time limit a function: behind a few failures in a row nobody asks any more.
class Patience {
public:
  /// Whether the model is still asked. May be called several times of one function.
  bool asksAbout(llvm::StringRef Function, unsigned FunctionID);

  /// What became of one function: "" or what went wrong. Returns it.
  std::string note(std::string Problem);

  /// About the functions that were not asked about.
  std::vector<std::string> warnings() const;

private:
  static constexpr unsigned Most = 3;
  unsigned InARow = 0;
  std::vector<std::string> Skipped;
  unsigned LastSkipped = 0;
};

} // namespace mlra

#endif
