//===- AdviceMenu.h - The decisions that a model's outputs are scores of --===//
//
// Outputs, float, any of them, by name, for n nodes, R registers, S settings, P plans, u use points of all nodes and
// b blocks:
//
//   set (S)                                              an option and its value: metadata "mlra.settings"
//   plan (P)                                             several decisions at once: metadata "mlra.plans"
//   spill, first, last, keep (n)
//   assign, hint (n, R)                                  the registers of ModelRegisters.h
//   split, split_spill_head, split_spill_tail (u)
//   loop, loop_spill_inside, loop_spill_outside (n, b)   the loop whose header that block is
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_ADVICEMENU_H
#define MLRA_DECIDE_ADVICEMENU_H

#include "decide/Decision.h"
#include "decide/ModelRegisters.h"
#include "run/Advice.h"

namespace mlra {

/// A decision or a plan of the menu, and what a model expects of it.
struct ScoredDecision {
  float Score;
  unsigned Output; ///< place among the outputs
  size_t Index;    ///< place in it

  /// Whether it comes before the other one: the higher score; of two alike the earlier output, the lower index.
  bool isBefore(const ScoredDecision &Other) const {
    return Score != Other.Score     ? Score > Other.Score
           : Output != Other.Output ? Output < Other.Output
                                    : Index < Other.Index;
  }
};

class AdviceMenu {
public:
  /// Reads the metadata of an open model: "" or what is wrong with them.
  std::string begin(const mlrun::OnnxRunner &Model, const llvm::MachineFunction &MF);

  /// Whether these are outputs as they should be, whatever the function: "", or what is wrong with the model.
  std::string fault(const mlrun::Advice &Answer) const;

  /// The decisions with a score above `Least`, in no order. "" or what is wrong with the answer.
  std::string read(const mlrun::Advice &Answer, const Problem &P, float Least,
                   std::vector<ScoredDecision> &Found) const;

  /// What it stands for: several decisions of a plan, else one.
  std::vector<Decision> decisions(const ScoredDecision &Scored, const llvm::MachineFunction &MF,
                                  const Problem &P) const;

private:
  std::vector<int64_t> shape(unsigned Output, const Problem &P) const;
  Decision single(const ScoredDecision &Scored, const llvm::MachineFunction &MF, const Problem &P) const;

  std::vector<Decision> Settings;
  std::vector<std::vector<Decision>> Plans;
  std::optional<RegisterColumns> Registers;
};

} // namespace mlra

#endif
