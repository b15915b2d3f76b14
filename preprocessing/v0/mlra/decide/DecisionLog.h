//===- DecisionLog.h - Decisions as they were carried out -----------------===//
#ifndef MLRA_DECIDE_DECISIONLOG_H
#define MLRA_DECIDE_DECISIONLOG_H

#include "decide/Decision.h"
#include "decide/PieceNames.h"
#include "record/Tally.h"

#include <string>
#include <vector>

namespace mlra {

class DecisionLog {
public:
  /// What is written down is counted, too.
  explicit DecisionLog(Tally &Count) : Count(Count) {}

  /// Counts what was tried, and writes down what was done. `Reason` is why it was not, or "", and comes back. `Name` is
  /// that of the decision's register: none for one that a spill made, of which nothing can be said once more.
  std::string note(Decision D, std::optional<NodeName> Name, std::string Reason);

  /// For what is done without a decision that says it.
  void noteUnsaid() { IsWhole = false; }

  /// What does the same once more, if it is whole.
  const std::vector<Decision> &decisions() const { return Done; }
  bool isWhole() const { return IsWhole; }

private:
  Tally &Count;
  std::vector<Decision> Done;
  bool IsWhole = true;
};

} // namespace mlra

#endif
