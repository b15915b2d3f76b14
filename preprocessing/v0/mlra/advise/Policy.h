//===- Policy.h - Whoever decides in an advisor's place -------------------===//
#ifndef MLRA_ADVISE_POLICY_H
#define MLRA_ADVISE_POLICY_H

#include "advise/Observation.h"

#include <memory>
#include <string>

namespace mlra {

class Policy {
public:
  virtual ~Policy() = default;

  /// Before the first decision of a function. What makes it impossible to decide anything there, or "".
  virtual std::string enter(llvm::StringRef Function) { return ""; }

  /// The column that is evicted, or the priority. Returns what went wrong, or "".
  virtual std::string decide(const Observation &Seen, int64_t Default, int64_t &Decision) = 0;
};

/// A seeded one, which takes any legal column, or any priority: the same for a function, whatever the module.
std::unique_ptr<Policy> createRandomPolicy(TracedTask Task, uint64_t Seed);

/// The decisions of a file, in their order: a line of JSON a function, {"function":NAME,"decisions":[...]}.
std::unique_ptr<Policy> createReplayPolicy(llvm::StringRef Path, std::string &Problem);

/// Whether an eviction may be decided so; for priorities, everything may.
bool isLegal(const Observation &Seen, int64_t Decision);

} // namespace mlra

#endif
