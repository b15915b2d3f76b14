//===- Observer.cpp - A function as a model is told of it ----------------------===//
#include "decide/Observer.h"

#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace llvm;

namespace mlra {

/// The vocabulary of a configuration folder, as the fork has it; the first by name.
static std::string vocabularyIn(StringRef ConfigPath) {
  SmallString<128> Folder(ConfigPath);
  sys::path::append(Folder, "ir2vec");
  std::string First;
  std::error_code Error;
  for (sys::fs::directory_iterator It(Folder, Error), End; It != End && !Error; It.increment(Error))
    if (StringRef Path = It->path(); Path.ends_with(".txt") || Path.ends_with(".json"))
      First = First.empty() ? Path.str() : std::min(First, Path.str());
  return First;
}

std::string Observer::begin(const ModelFlags &Given) {
  Flags = Given;
  std::string Path = Flags.VocabularyPath;
  if (Path.empty() && !Flags.ConfigPath.empty())
    Path = vocabularyIn(Flags.ConfigPath);
  std::string Problem = Path.empty() ? "" : Known.read(Path);
  Vectors = std::make_unique<InstructionVectors>(Path.empty() || !Problem.empty() ? nullptr : &Known);
  return Problem;
}

std::string Observer::meet(const MachineFunction &MF) {
  if (Colours)
    return "";
  Colours.emplace(MF);
  Names = std::make_unique<TargetNames>(*MF.getSubtarget().getRegisterInfo());
  return Flags.ConfigPath.empty() ? "" : Colours->read(MF, Flags.ConfigPath);
}

std::string Observer::refusal(const Problem &P) const {
  size_t Uses = 0;
  for (const Node &N : P.Nodes)
    Uses = std::max(Uses, N.Uses.size());
  if (P.Nodes.empty())
    return "no registers";
  if (P.Nodes.size() < Flags.FewestNodes)
    return "fewer registers than -mlra-min-nodes";
  if (Flags.MostNodes && P.Nodes.size() > Flags.MostNodes)
    return "more registers than -mlra-max-nodes";
  if (Flags.MostUses && Uses > Flags.MostUses)
    return "more use points than -mlra-max-uses";
  return "";
}

Problem Observer::problem(const Analyses &A) {
  Positions P(A.MF, *A.LIS.getSlotIndexes());
  return collectProblem(A, P, {*Names, Shapes, Folds});
}

} // namespace mlra
