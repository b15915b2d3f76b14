//===- ModelDecider.h - What deciders that ask a model have in common -----===//
#ifndef MLRA_DECIDE_MODELDECIDER_H
#define MLRA_DECIDE_MODELDECIDER_H

#include "decide/Decider.h"
#include "decide/ModelFlags.h"
#include "decide/Observer.h"
#include "decide/Patience.h"

namespace mlra {

/// Asks about the functions that the flags mean, as long as the model answers.
class ModelDecider : public Decider {
public:
  bool wants(const llvm::MachineFunction &MF, unsigned FunctionID) override;
  std::vector<std::string> end() override { return Limits.warnings(); }

protected:
  /// A function's whole dialogue may take so many times the limit of one answer.
  static constexpr unsigned AnswersAFunction = 20;

  ModelFlags Flags;
  Observer Watcher;
  Patience Limits;
};

} // namespace mlra

#endif
