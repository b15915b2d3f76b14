//===- Tally.h - What became of a function's decisions, counted -----------===//
#ifndef MLRA_RECORD_TALLY_H
#define MLRA_RECORD_TALLY_H

#include "llvm/ADT/StringRef.h"

#include <map>
#include <optional>
#include <string>

namespace mlra {

/// What a model proposed for a function, and which proposal was carried out.
struct Proposed {
  unsigned Number = 0;
  unsigned Chosen = 0;        ///< from 1; 0: none, which is greedy alone
  double Predicted = 0;       ///< by how much the model expected the code to become better
  std::optional<double> Gain; ///< by how much it does: -log(final code / greedy's); where that was tried
};

struct Tally {
  std::string Decider;                     ///< "" where nobody decided
  std::string Failure;                     ///< why the function is greedy's all the same; "" if it is not
  std::map<std::string, unsigned> Made;    ///< carried out, by kind
  std::map<std::string, unsigned> Illegal; ///< not carried out, by kind and reason
  std::optional<mlra::Proposed> Proposed;  ///< of a model that proposes
  unsigned Kept = 0;       ///< assigned registers that still are where they were put when greedy is done
  unsigned Moved = 0;      ///< that are in another register
  unsigned Lost = 0;       ///< that are spilled, split or gone
  unsigned ForcedAway = 0; ///< evictions of such for a register that cannot be spilled
  unsigned Restored = 0;   ///< moved by greedy's last recolouring and put back

  unsigned made() const { return sum(Made); }
  unsigned made(llvm::StringRef Kind) const;
  unsigned illegal() const { return sum(Illegal); }

  /// Counts a decision that was tried; `Reason` is "" if it was carried out. Returns whether it was.
  bool note(llvm::StringRef Kind, const std::string &Reason);

private:
  static unsigned sum(const std::map<std::string, unsigned> &Counts);
};

} // namespace mlra

#endif
