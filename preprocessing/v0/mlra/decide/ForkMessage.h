//===- ForkMessage.h - The messages of the RL4ReAl fork's dialogues ------------===//
#ifndef MLRA_DECIDE_FORKMESSAGE_H
#define MLRA_DECIDE_FORKMESSAGE_H

#include "decide/Profile.h"
#include "run/Advice.h"
#include "run/Features.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mlra {

/// Pipes carry a node's vectors one behind the other, gRPC a message each.
enum class MessageForm { Pipe, Grpc };

/// Inference: the first message of a function.
mlrun::Features functionMessage(const Profile &P, llvm::StringRef Function, unsigned Dimension, MessageForm Form);

/// Inference: the virtual registers as they are behind a split. Physical neighbours stand among their interferences.
mlrun::Features splitMessage(const Profile &P, llvm::StringRef Function, unsigned Dimension, MessageForm Form);

/// Training: the same without class, colour and vectors.
mlrun::Features trainingMessage(const Profile &P);

/// A split that was refused.
mlrun::Features refusalMessage();

/// What a model says.
struct ForkAction {
  enum class Kind { Split, Colours, GiveUp };

  Kind What = Kind::GiveUp;
  int64_t Register = 0;                             ///< the node to split
  int64_t Point = 0;                                ///< behind which use point
  std::vector<std::pair<int64_t, int64_t>> Colours; ///< node, colour; 0 for no register
};

/// [0, node, point], [1, node, colour, …] or [-1]; "" or what it is instead.
std::string parseAction(llvm::ArrayRef<int64_t> Numbers, ForkAction &Action);

} // namespace mlra

#endif
