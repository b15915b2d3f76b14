//===- PipeRunner.h - A model behind MLCompilerBridge's pipes -------------===//
#ifndef MLRA_RUN_PIPERUNNER_H
#define MLRA_RUN_PIPERUNNER_H

#include "run/ModelRunner.h"

namespace mlrun {

struct PipeOptions {
  enum class Format { Json, Bytes };

  std::string Base; ///< BASE.in is read, BASE.out is written
  Format Messages = Format::Json;
  std::chrono::milliseconds ConnectLimit{10000}; ///< for the files to appear and to be opened by the other side
  size_t MessageLimit = DefaultMessageLimit;
};

/// MLCompilerBridge's pipes: a pair of FIFOs, 8 bytes of length before each message.
std::unique_ptr<ModelRunner> createPipeRunner(PipeOptions Options);

} // namespace mlrun

#endif
