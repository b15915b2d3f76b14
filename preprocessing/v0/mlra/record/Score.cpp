//===- Score.cpp - LLVM's RegAllocScore of a function --------------------------===//
//
// LLVM counts all instructions of a function, those that allocation has nothing to do with too. Of an instruction that
// may be rematerialised its answer depends on the registers: with virtual ones it is yes far more often (a constant's
// address), so that it is asked of a copy of the instruction with the physical registers in place.
//
//===----------------------------------------------------------------------===//
#include "record/Score.h"

#include "LLVMCompat.h"

#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"

using namespace llvm;

namespace mlra {

namespace {

class ScoreCounter {
public:
  explicit ScoreCounter(const Analyses &A)
      : A(A), TII(*A.MF.getSubtarget().getInstrInfo()), TRI(*A.MF.getSubtarget().getRegisterInfo()) {}

  void count(MachineInstr &MI, double Frequency, Score &S) const {
    if (MI.isDebugInstr() || MI.isKill() || MI.isInlineAsm())
      return;
    if (MI.isCopy()) {
      if (!vanishes(MI))
        S.Copies += Frequency;
    } else if (mayBeRematerialized(MI)) {
      (MI.getDesc().isAsCheapAsAMove() ? S.CheapRemats : S.DearRemats) += Frequency;
    } else if (MI.mayLoad() && MI.mayStore()) {
      S.LoadStores += Frequency;
    } else if (MI.mayLoad()) {
      S.Loads += Frequency;
    } else if (MI.mayStore()) {
      S.Stores += Frequency;
    }
  }

private:
  Register assigned(const MachineOperand &MO) const {
    Register Reg = MO.getReg();
    if (!Reg.isVirtual())
      return Reg;
    MCRegister Place = A.VRM.getPhys(Reg);
    return Place && MO.getSubReg() ? TRI.getSubReg(Place, MO.getSubReg()) : Place;
  }

  /// The rewriter drops a copy within one register, or leaves a KILL.
  bool vanishes(const MachineInstr &Copy) const {
    return assigned(Copy.getOperand(0)) == assigned(Copy.getOperand(1));
  }

  /// As LLVM answers behind the rewriter.
  bool mayBeRematerialized(MachineInstr &MI) const {
    const MachineOperand *First = MI.getNumOperands() ? &MI.getOperand(0) : nullptr;
    bool IsPart = First && First->isReg() && First->getSubReg();
    if (MI.getOpcode() == TargetOpcode::IMPLICIT_DEF)
      return MI.getNumOperands() == 1 && !IsPart; // of a part, the rewriter adds the whole register
    if (!MI.getDesc().isRematerializable() || (!IsPart && !compat::isRematerializable(MI, TII)))
      return false;
    return askOfCopy(MI);
  }

  bool askOfCopy(MachineInstr &MI) const {
    MachineInstr *Copy = A.MF.CloneMachineInstr(&MI);
    MI.getParent()->insert(MI.getIterator(), Copy); // LLVM's test looks for the function
    for (MachineOperand &MO : Copy->operands())
      if (MO.isReg() && MO.getReg().isVirtual()) {
        MO.setReg(assigned(MO));
        MO.setSubReg(0);
      }
    bool Answer = TII.isTriviallyReMaterializable(*Copy);
    Copy->eraseFromParent();
    return Answer;
  }

  const Analyses &A;
  const TargetInstrInfo &TII;
  const TargetRegisterInfo &TRI;
};

} // namespace

double Score::total() const {
  double Sum = 0; // with the weights, and in the order of RegAllocScore::getScore
  Sum += 0.2 * Copies;
  Sum += 4.0 * Loads;
  Sum += 1.0 * Stores;
  Sum += (4.0 + 1.0) * LoadStores;
  Sum += 0.2 * CheapRemats;
  Sum += 1.0 * DearRemats;
  return Sum;
}

Score computeScore(const Analyses &A) {
  Score Total;
  ScoreCounter Counter(A);
  for (MachineBasicBlock &MBB : A.MF) {
    double Frequency = A.MBFI.getBlockFreqRelativeToEntryBlock(&MBB);
    Score OfBlock; // summed up a block, as LLVM does: floating-point sums depend on the order
    for (MachineInstr &MI : MBB)
      Counter.count(MI, Frequency, OfBlock);
    Total.Copies += OfBlock.Copies;
    Total.Loads += OfBlock.Loads;
    Total.Stores += OfBlock.Stores;
    Total.LoadStores += OfBlock.LoadStores;
    Total.CheapRemats += OfBlock.CheapRemats;
    Total.DearRemats += OfBlock.DearRemats;
  }
  return Total;
}

} // namespace mlra
