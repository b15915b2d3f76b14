//===- AdviceRule.h - Which of the scored decisions are carried out -------===//
#ifndef MLRA_DECIDE_ADVICERULE_H
#define MLRA_DECIDE_ADVICERULE_H

#include "decide/AdviceMenu.h"

namespace mlra {

/// Decisions that are carried out together.
struct Proposal {
  std::vector<Decision> Decisions;
  double Predicted = 0; ///< sum of their scores
};

/// Of the best decisions at most `Most` whose score is above `Threshold`, the best first: of one node at most one, of
/// one option at most one value, of plans for groups at most one and nothing else about nodes beside it. That is the
/// first proposal, which may be empty. Where more are tried, each of the next best decisions that are not in it is a
/// proposal by itself, whatever its score.
class AdviceRule {
public:
  /// Reads the metadata "mlra.decisions" (1) and "mlra.threshold" (0): "" or what is wrong with them.
  std::string begin(const mlrun::OnnxRunner &Model);

  /// The score above which a decision may be taken where so many proposals are tried.
  float least(unsigned Tries) const;

  /// At most `Tries`, at least the first one. `Found` is put in order.
  std::vector<Proposal> proposals(std::vector<ScoredDecision> &Found, unsigned Tries, const AdviceMenu &Menu,
                                  const llvm::MachineFunction &MF, const Problem &P) const;

private:
  unsigned Most = 1;
  float Threshold = 0;
};

} // namespace mlra

#endif
