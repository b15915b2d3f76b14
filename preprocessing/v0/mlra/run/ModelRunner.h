//===- ModelRunner.h - A model that is asked ------------------------------===//
//
// Features in, advice out, whatever lies between. A runner opens nothing before it is first asked (or `open`ed), so
// that one made before a fork may be used behind it. Every wait ends at a deadline, no message is larger than a stated
// limit, SIGPIPE never reaches the program, and nothing is ever thrown: what went wrong is returned, in words.
//
// After a failure a runner is closed: the next `ask` begins anew, so that no late answer is taken for another's.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_MODELRUNNER_H
#define MLRA_RUN_MODELRUNNER_H

#include "run/Advice.h"
#include "run/Features.h"

#include <chrono>
#include <memory>

namespace mlrun {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

/// Milliseconds from now.
inline Deadline in(std::chrono::milliseconds Time) { return Clock::now() + Time; }

class ModelRunner {
public:
  virtual ~ModelRunner();

  /// Sends `Question` and waits for the answer; "" or what went wrong.
  ///
  /// In a server's role the question is the reply to the call that was answered last; the first one is not sent.
  virtual std::string ask(const Features &Question, Advice &Answer, Deadline Until) = 0;

  /// Sends without waiting for an answer: the last word of a dialogue. Nothing where nobody could hear it.
  virtual std::string tell(const Features &Words, Deadline Until);

  /// Connects or loads now what the first `ask` otherwise would.
  virtual std::string open(Deadline Until) = 0;

  /// What is asked from here on is about `Name` (a function, a module); for channels that pass it on.
  virtual std::string context(const std::string &Name, Deadline Until);

  /// Lets go of the other side; the next `ask` begins anew.
  virtual void close() = 0;
};

constexpr size_t DefaultMessageLimit = 200u << 20; ///< bytes; MLCompilerBridge's server takes as much

} // namespace mlrun

#endif
