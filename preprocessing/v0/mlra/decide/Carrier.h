//===- Carrier.h - What carries decisions out in front of greedy ----------===//
//
// Used by every decider, by those that talk step by step as by a file's list. First all that changes the code (split,
// spill), then endEdits(), then the rest; each call does all of what it is asked or nothing, says why not, and is
// counted.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_CARRIER_H
#define MLRA_DECIDE_CARRIER_H

#include "decide/AssignedPlaces.h"
#include "decide/BlockOrder.h"
#include "decide/Decision.h"
#include "decide/DecisionLog.h"
#include "decide/PieceNames.h"
#include "decide/Settings.h"
#include "decide/Sway.h"
#include "record/Problem.h"
#include "record/Tally.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/RegisterClassInfo.h"

#include <memory>

namespace llvm {
class AnalysisResolver;
}

namespace mlra {

class Advisors;
class Spilling;

class Carrier {
public:
  static constexpr double MaximalFactor = 1e6; ///< of a spill weight

  /// `Allocator` is the pass that has greedy's analyses; what became of the decisions is counted in `Count`.
  Carrier(llvm::MachineFunctionPass &Allocator, const Analyses &A, Tally &Count);
  ~Carrier();

  llvm::MachineFunctionPass &allocator() const { return Allocator; }
  const Analyses &analyses() const { return A; }
  const PieceNames &names() const { return Names; }

  /// Virtual registers that some instruction names and that have no register yet; ascending, pieces and what spills
  /// made among them.
  std::vector<llvm::Register> open() const;

  /// Slots of the register's use points, ascending: what the number of a split point counts.
  std::vector<llvm::SlotIndex> usePoints(llvm::Register Reg) const;

  /// Whether anything is left of the register that could be decided.
  bool isLeft(llvm::Register Reg) const;

  /// Registers of its class that the function may use, in LLVM's order.
  llvm::ArrayRef<llvm::MCPhysReg> order(llvm::Register Reg) const;

  /// A register by LLVM's name in any case, with or without `$`; 0 if there is none.
  llvm::MCRegister registerNamed(llvm::StringRef Name) const;

  /// "" or why not. `New` gets the registers that the split made: head, tail, further pieces.
  std::string split(llvm::Register Reg, unsigned Point, llvm::SmallVectorImpl<llvm::Register> &New,
                    SpillSide Side = SpillSide::None);
  std::string splitLoop(llvm::Register Reg, unsigned HeaderBlock, llvm::SmallVectorImpl<llvm::Register> &New,
                        SpillSide Side = SpillSide::None);
  std::string spill(llvm::Register Reg);

  /// For who splits by himself: `Reg`, which no instruction names any more, became `New`, which have their live
  /// intervals.
  void edited(llvm::Register Reg, llvm::ArrayRef<llvm::Register> New);

  /// Why such a split would be refused; "" if it is possible. Changes nothing.
  std::string refusalOfSplit(llvm::Register Reg, unsigned Point) const;
  std::string refusalOfLoopSplit(llvm::Register Reg, unsigned HeaderBlock) const;

  const BlockOrder &blocks() const { return Blocks; }

  /// Once, behind the last split and spill and before the first assignment; does nothing the second time.
  void endEdits();

  std::string assign(llvm::Register Reg, llvm::MCRegister Place);
  /// Whether the register could be assigned now.
  bool isFree(llvm::Register Reg, llvm::MCRegister Place) const;
  std::string hint(llvm::Register Reg, llvm::MCRegister Place);
  std::string first(llvm::Register Reg);
  std::string last(llvm::Register Reg);
  std::string keep(llvm::Register Reg);
  std::string weight(llvm::Register Reg, double Factor);
  std::string setting(llvm::StringRef Name, llvm::StringRef Value);

  /// Carries a list out: what edits in its order, then the rest in its order.
  void carryOut(llvm::ArrayRef<Decision> Decisions);

  /// What was carried out so far, as a list that does the same once more if it is whole: what is decided of a register
  /// that a spill made cannot be named.
  const std::vector<Decision> &log() const { return Log.decisions(); }
  bool isLogWhole() const { return Log.isWhole(); }

  /// For the pass that runs greedy, before its analyses are looked up: ours come before LLVM's.
  void installAdvisors(llvm::AnalysisResolver &Resolver);

  /// Behind greedy: puts back what its last recolouring moved, restores the settings, counts what was kept.
  void finish();

private:
  void carryOut(const Decision &D);
  std::string refusal(llvm::Register Reg) const;
  std::string refusalOfPlace(llvm::Register Reg, llvm::MCRegister Place) const;
  std::string split(llvm::Register Reg, const Decision &D, llvm::SmallVectorImpl<llvm::Register> &New);
  std::string nameOf(llvm::MCRegister Place) const;
  std::string counted(Decision D, llvm::Register Reg, std::string Reason);
  const llvm::MachineLoop *loopOf(unsigned HeaderBlock) const;

  llvm::MachineFunctionPass &Allocator;
  const Analyses &A;
  Tally &Count;
  llvm::MachineRegisterInfo &MRI;
  llvm::RegisterClassInfo Classes;
  BlockOrder Blocks;
  std::unique_ptr<Spilling> Spills;
  std::unique_ptr<Advisors> Sways;
  PieceNames Names;
  Sway Wishes;
  Settings Options;
  AssignedPlaces Assigned;
  DecisionLog Log;
  unsigned RegistersBeforeGreedy = 0;
  bool IsEdited = false, AreEditsOver = false;
};

} // namespace mlra

#endif
