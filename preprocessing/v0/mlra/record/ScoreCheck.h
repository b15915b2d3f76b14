//===- ScoreCheck.h - The recorded score against LLVM's own --------------------===//
#ifndef MLRA_RECORD_SCORECHECK_H
#define MLRA_RECORD_SCORECHECK_H

#include "record/Score.h"

#include <memory>
#include <optional>

namespace llvm {
class MachineFunctionPass;
class TargetPassConfig;
} // namespace llvm

namespace mlra {

/// The score that was recorded of the function that goes to the rewriter next.
using ScoreToCheck = std::shared_ptr<std::optional<Score>>;

/// Puts a pass behind the rewriter of the pipeline that is being built, which calls LLVM's calculateRegAllocScore and
/// reports as an error what differs from the recorded score, in the last bit too.
void checkScoreBehindRewriter(llvm::TargetPassConfig &Config, ScoreToCheck Recorded);

} // namespace mlra

#endif
