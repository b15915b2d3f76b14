//===- Decider.h - Whoever decides in front of greedy ---------------------===//
#ifndef MLRA_DECIDE_DECIDER_H
#define MLRA_DECIDE_DECIDER_H

#include "decide/Carrier.h"
#include "record/Answer.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class Module;
}

namespace mlra {

/// A function that is to be decided.
struct Episode {
  const Analyses &A;
  const Problem &Recorded; ///< as it is before any decision
  unsigned FunctionID;     ///< counts the functions that reach the allocator, from 1
  Tally &Count;
};

/// One a module. Its file defines its flags, and a function that makes one if these ask for it (Decider.cpp).
class Decider {
public:
  virtual ~Decider() = default;

  /// One word for records and reports.
  virtual llvm::StringRef name() const = 0;

  /// Before the first function. What makes the compilation senseless, or "".
  virtual std::string begin(llvm::Module &M) { return ""; }

  /// Whether refusals are no more than is to be expected: nobody is warned of them.
  virtual bool expectsRefusals() const { return false; }

  /// Whether a function that was left to greedy is warned of by itself; where not, `end` warns of all.
  virtual bool tellsFailures() const { return true; }

  /// Whether anything is decided of the function. Where not, it is left as if there were no decider.
  virtual bool wants(const llvm::MachineFunction &MF, unsigned FunctionID) { return true; }

  /// Carries decisions out. What may fail halfway runs in a Rehearsal first.
  virtual void decide(const Episode &E, Carrier &Hands) = 0;

  /// Whether `allocated` looks at the answer, which is collected for those alone who do.
  virtual bool looksAtAnswer() const { return false; }

  /// Behind greedy, before the answer is written.
  virtual void allocated(const Episode &E, const Answer &Result) {}

  /// Whether the function is written to records and reports. Asked behind allocated().
  virtual bool records() const { return true; }

  /// Behind the last function. Warnings about the whole module.
  virtual std::vector<std::string> end() { return {}; }

  /// Functions of which something was said, and which the module does not have; sorted.
  virtual std::vector<std::string> unused() const { return {}; }
};

/// What the flags ask for; null if they ask for nothing. Two deciders at once are an error of the command line.
std::unique_ptr<Decider> chosenDecider();

/// The flag that asks for a decider, and whether there is one; "" if there is none.
llvm::StringRef chosenDeciderFlag();
bool isDeciding();

/// For the flag of a decider: makes the plugin's allocator the one that LLVM takes by default, as -mlra does.
void useAsDefault(bool On);

/// What LLVM then asks for an allocator. Of the entry.
llvm::FunctionPass *createDefaultAllocator();

} // namespace mlra

#endif
