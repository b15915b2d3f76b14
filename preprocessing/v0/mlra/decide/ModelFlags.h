//===- ModelFlags.h - The flags by which a model is reached --------------------===//
#ifndef MLRA_DECIDE_MODELFLAGS_H
#define MLRA_DECIDE_MODELFLAGS_H

#include "run/OnnxRunner.h"

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/Support/CommandLine.h"

#include <chrono>
#include <memory>
#include <string>

namespace mlra {

/// The names and defaults are the RL4ReAl fork's where it has such a flag; docs/compiler.md explains all of them.
struct ModelFlags {
  std::string ConfigPath;
  std::string VocabularyPath;
  bool IsSpillForced;
  bool IsConnectionKept;
  unsigned MostMessages;
  unsigned FewestNodes, MostNodes, MostUses; ///< 0: no limit
  std::string OnlyFunction;
  std::chrono::milliseconds TimeLimit;
};

/// As the command line says.
ModelFlags modelFlags();

/// Whether the flags ask for a dialogue over a pipe; else it goes over gRPC.
bool isPipe();

/// The other side of a dialogue. Null, and what is wrong with the flags, if there can be none.
std::unique_ptr<mlrun::ModelRunner> inferenceRunner(std::string &Problem);
std::unique_ptr<mlrun::ModelRunner> trainingRunner(std::string &Problem);

/// A model in this process.
std::unique_ptr<mlrun::OnnxRunner> onnxRunner(llvm::StringRef ModelPath);

} // namespace mlra

#endif
