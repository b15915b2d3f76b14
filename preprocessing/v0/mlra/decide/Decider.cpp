//===- Decider.cpp - The decider that the flags ask for -------------------===//
#include "decide/Decider.h"
#include "decide/FileDecider.h"
#include "decide/IdleDecider.h"
#include "decide/InferenceDecider.h"
#include "decide/PartsDecider.h"
#include "decide/PolicyDecider.h"
#include "decide/RandomDecider.h"
#include "decide/TrainingDecider.h"
#include "decide/Trial.h"

#include "llvm/CodeGen/RegAllocRegistry.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;

namespace mlra {

namespace {

/// A row a decider: its flag, whether the command line has it, and what makes one.
struct Row {
  const char *Flag;
  bool (*IsChosen)();
  std::unique_ptr<Decider> (*Create)();
};

constexpr Row Rows[] = {
    {"-mlra-decisions", isFileDeciderChosen, createFileDecider},
    {"-mlra-random", isRandomDeciderChosen, createRandomDecider},
    {"-mlra-inference", isInferenceChosen, createInferenceDecider},
    {"-mlra-training", isTrainingChosen, createTrainingDecider},
    {"-mlra-policy", isPolicyChosen, createPolicyDecider},
    {"-mlra-parts", isPartsDeciderChosen, createPartsDecider},
    {"-mlra-trial", isTrialChosen, createTrial},
};

} // namespace

StringRef chosenDeciderFlag() {
  for (const Row &C : Rows)
    if (C.IsChosen())
      return C.Flag;
  return "";
}

bool isDeciding() { return !chosenDeciderFlag().empty(); }

void useAsDefault(bool On) {
  if (On)
    expectAllocator();
  RegisterRegAlloc::setDefault(On ? createDefaultAllocator : nullptr);
}

std::unique_ptr<Decider> chosenDecider() {
  const Row *Chosen = nullptr;
  for (const Row &C : Rows) {
    if (!C.IsChosen())
      continue;
    if (Chosen)
      report_fatal_error(Twine(Chosen->Flag) + " and " + C.Flag + " both decide: name one of them",
                         /*gen_crash_diag=*/false);
    Chosen = &C;
  }
  return Chosen ? Chosen->Create() : nullptr;
}

} // namespace mlra
