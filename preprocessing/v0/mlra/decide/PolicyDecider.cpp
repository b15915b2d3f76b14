//===- PolicyDecider.cpp - One ONNX model, of whatever kind ---------------===//
#include "decide/PolicyDecider.h"

#include "decide/AdviceDecider.h"
#include "decide/ModelFlags.h"
#include "decide/ScoreDecider.h"

#include "llvm/Support/CommandLine.h"

using namespace llvm;

namespace mlra {

static cl::opt<std::string> PolicyPath("mlra-policy", cl::value_desc("file.onnx"),
                                       cl::desc("A model decides: it scores registers, or names decisions"),
                                       cl::callback([](const std::string &Path) { useAsDefault(!Path.empty()); }));
static cl::opt<std::string> FeaturesPath("mlra-dump-features", cl::value_desc("file"),
                                         cl::desc("Write what the policy is told of each function, as JSON lines"));
static cl::opt<unsigned> Tries("mlra-tries", cl::init(1), cl::value_desc("N"),
                               cl::desc("Of a model that names decisions, the best of N proposals (default 1)"));

bool isPolicyChosen() { return !PolicyPath.empty(); }

std::unique_ptr<Decider> createPolicyDecider() {
  PolicyModel Model{onnxRunner(PolicyPath), FeaturesPath, Tries};
  Model.Runner->open(mlrun::in(modelFlags().TimeLimit)); // what is wrong with it is told of each function
  if (Model.Runner->metadata("mlra.kind") == "advice")
    return createAdviceDecider(std::move(Model));
  return createScoreDecider(std::move(Model));
}

} // namespace mlra
