//===- Evaluator.h - A small ONNX model, evaluated ------------------------===//
//
// For models of the size that a compiler can ask: the operators of perceptrons and of graph networks, on one thread.
// A compiler starts for every file, so what counts is the way to the first answer. A model that is not understood to
// its last attribute is refused, and is for a whole runtime.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ONNX_EVALUATOR_H
#define MLRA_ONNX_EVALUATOR_H

#include "onnx/Plan.h"

#include <map>

namespace mlonnx {

class Evaluator {
public:
  /// "" or why the file's model is not evaluated here.
  std::string open(const std::string &Path, Clock::time_point Until);

  const std::vector<PlannedPort> &inputs() const { return Planned.Inputs; }
  const std::vector<PlannedPort> &outputs() const { return Planned.Outputs; }
  const std::map<std::string, std::string> &metadata() const { return Metadata; }

  struct Given {
    const void *Elements;
    std::vector<int64_t> Dims;
  };

  /// Values of all inputs, in their order, which live until the results were read; "" or what went wrong.
  std::string run(const std::vector<Given> &Values, Clock::time_point Until);

  const Value &result(size_t Output) const;

  /// Lets go of the last question's values.
  void release();

private:
  Fault take(const PlannedPort &Input, const Given &From);
  Fault carryOut(const Step &Each);

  Plan Planned;
  std::map<std::string, std::string> Metadata;
  Call Current{Planned.From, {}, {}};
};

} // namespace mlonnx

#endif
