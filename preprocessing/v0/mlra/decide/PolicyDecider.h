//===- PolicyDecider.h - One ONNX model, of whatever kind -----------------===//
//
//   -mlra-policy=FILE.onnx
//
// What the model is asked, and what its answer means, follows from its metadata "mlra.kind": none is a model of scores
// (ScoreDecider.h), "advice" one that names decisions (AdviceDecider.h).
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_POLICYDECIDER_H
#define MLRA_DECIDE_POLICYDECIDER_H

#include "decide/Decider.h"
#include "run/OnnxRunner.h"

#include <memory>

namespace mlra {

bool isPolicyChosen();
std::unique_ptr<Decider> createPolicyDecider();

/// What the flags say of a model, which is open if it can be opened.
struct PolicyModel {
  std::unique_ptr<mlrun::OnnxRunner> Runner;
  std::string DumpPath; ///< what it is told is written there; "": nowhere
  unsigned Tries;       ///< so many proposals are tried, and the best is carried out; 1: none is tried
};

} // namespace mlra

#endif
