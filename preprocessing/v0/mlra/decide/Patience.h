//===- Patience.h - How often a model may fail ----------------------------===//
#ifndef MLRA_DECIDE_PATIENCE_H
#define MLRA_DECIDE_PATIENCE_H

#include <string>
#include <vector>

namespace mlra {

/// A server that is gone would cost a time limit a function: behind a few failures in a row nobody asks any more.
class Patience {
public:
  bool isOver() const { return InARow == Most; }

  /// What became of one function: "" or what went wrong. Returns it, with what follows for the rest of the module.
  std::string note(std::string Problem);

  /// About the functions that were not asked about.
  std::vector<std::string> warnings() const;

  /// One function that was not asked about.
  void skip() { ++Skipped; }

private:
  static constexpr unsigned Most = 3;
  unsigned InARow = 0;
  unsigned Skipped = 0;
};

} // namespace mlra

#endif
