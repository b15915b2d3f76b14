//===- Observer.h - A function as a model is told of it ------------------------===//
#ifndef MLRA_DECIDE_OBSERVER_H
#define MLRA_DECIDE_OBSERVER_H

#include "decide/ColourMap.h"
#include "decide/InstructionVectors.h"
#include "decide/ModelFlags.h"
#include "decide/Profile.h"
#include "record/FoldTrials.h"
#include "record/InstructionShapes.h"
#include "record/TargetNames.h"

#include <memory>
#include <optional>

namespace mlra {

/// One a module: what models know of the target, and the memory of collecting problems.
class Observer {
public:
  /// Reads what the flags name: "" or what is wrong with a file. Once, before the first function.
  std::string begin(const ModelFlags &Flags);

  /// The colours, which are the target's: the first function tells them. "" or what is wrong with the map.
  std::string meet(const llvm::MachineFunction &MF);

  /// Why the function is not told to models at all; "" if it is.
  std::string refusal(const Problem &P) const;

  /// The problem as it is now, behind splits.
  Problem problem(const Analyses &A);

  Profile profile(const Carrier &Hands, const Problem &P) { return profileOf(Hands, P, *Colours, *Vectors); }

  /// What is wrong with a vector that a message was made of; "" so far.
  const std::string &problem() const { return Known.problem(); }

  const ColourMap &colours() const { return *Colours; }
  InstructionVectors &vectors() { return *Vectors; }

private:
  ModelFlags Flags;
  Vocabulary Known;
  std::unique_ptr<InstructionVectors> Vectors;
  std::optional<ColourMap> Colours;
  std::unique_ptr<TargetNames> Names;
  InstructionShapes Shapes;
  FoldTrials Folds;
};

} // namespace mlra

#endif
