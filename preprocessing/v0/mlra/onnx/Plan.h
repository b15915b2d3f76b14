//===- Plan.h - A model as steps that can be carried out ------------------===//
#ifndef MLRA_ONNX_PLAN_H
#define MLRA_ONNX_PLAN_H

#include "onnx/Operator.h"

#include <chrono>

namespace mlonnx {

using Clock = std::chrono::steady_clock;

/// Values lie in slots, which have numbers.
struct Step {
  std::string Name; ///< operator and node, for people
  Kernel Does;
  std::vector<int> Inputs, Outputs; ///< -1: left out, or not wanted
  std::vector<int> Released;        ///< what nobody needs behind it
};

struct PlannedPort {
  std::string Name;
  ElementType Type;
  std::vector<int64_t> Dims; ///< -1: any
  int Slot;
};

struct Plan {
  Memory From;              ///< outlives all values
  std::vector<Value> Slots; ///< constants have theirs from the begin on
  std::vector<Step> Steps;
  std::vector<PlannedPort> Inputs, Outputs;
};

/// What depends on constants alone is computed, what nobody needs is left out.
///
/// "" or why the model cannot be evaluated here, or not by `Until`.
std::string makePlan(const Model &Of, Clock::time_point Until, Plan &To);

} // namespace mlonnx

#endif
