//===- LLVMCompat.h - The differences between LLVM releases, all of them -----===//
//
// The plugin is written against LLVM 22. What an older release spells otherwise is translated here and nowhere else, so
// that a new release means one edit of this file.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_LLVMCOMPAT_H
#define MLRA_LLVMCOMPAT_H

#include "llvm/ADT/APInt.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/CodeGen/CalcSpillWeights.h"
#include "llvm/CodeGen/LiveDebugVariables.h"
#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/LiveRangeEdit.h"
#include "llvm/CodeGen/LiveRegMatrix.h"
#include "llvm/CodeGen/LiveStacks.h"
#include "llvm/CodeGen/MachineBlockFrequencyInfo.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/MachineOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/SlotIndexes.h"
#include "llvm/CodeGen/Spiller.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/CodeGen/VirtRegMap.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/ModuleSlotTracker.h"
#include "llvm/Pass.h"

#include <memory>

#if LLVM_VERSION_MAJOR != MLRA_LLVM_MAJOR
#error "the LLVM headers are of another release than llvm-config says"
#endif

namespace mlra::compat {

/// The identity that the wrapped allocator has in the pass pipeline. The wrapper takes it over, so that
/// `llc -start-before=greedy` and the targets' own insertions next to the allocator find it.
inline char &greedyPassID() {
#if LLVM_VERSION_MAJOR >= 20
  return llvm::RAGreedyLegacyID;
#else
  return llvm::RAGreedyID;
#endif
}

inline llvm::LiveIntervals &liveIntervals(llvm::Pass &P) {
  return P.getAnalysis<llvm::LiveIntervalsWrapperPass>().getLIS();
}

inline llvm::VirtRegMap &virtRegMap(llvm::Pass &P) {
#if LLVM_VERSION_MAJOR >= 20
  return P.getAnalysis<llvm::VirtRegMapWrapperLegacy>().getVRM();
#else
  return P.getAnalysis<llvm::VirtRegMap>();
#endif
}

inline llvm::LiveRegMatrix &liveRegMatrix(llvm::Pass &P) {
#if LLVM_VERSION_MAJOR >= 20
  return P.getAnalysis<llvm::LiveRegMatrixWrapperLegacy>().getLRM();
#else
  return P.getAnalysis<llvm::LiveRegMatrix>();
#endif
}

/// All analyses of `mlra::Analyses`: an allocator may do without some of them.
inline void requireAnalyses(llvm::AnalysisUsage &AU) {
  AU.addRequired<llvm::LiveIntervalsWrapperPass>();
#if LLVM_VERSION_MAJOR >= 20
  AU.addRequired<llvm::VirtRegMapWrapperLegacy>();
  AU.addRequired<llvm::LiveRegMatrixWrapperLegacy>();
#else
  AU.addRequired<llvm::VirtRegMap>();
  AU.addRequired<llvm::LiveRegMatrix>();
#endif
  AU.addRequired<llvm::MachineLoopInfoWrapperPass>();
  AU.addRequired<llvm::MachineBlockFrequencyInfoWrapperPass>();
}

inline llvm::LiveStacks &liveStacks(llvm::Pass &P) {
#if LLVM_VERSION_MAJOR >= 20
  return P.getAnalysis<llvm::LiveStacksWrapperLegacy>().getLS();
#else
  return P.getAnalysis<llvm::LiveStacks>();
#endif
}

inline llvm::MachineBlockFrequencyInfo &blockFrequency(llvm::Pass &P) {
  return P.getAnalysis<llvm::MachineBlockFrequencyInfoWrapperPass>().getMBFI();
}

inline llvm::MachineLoopInfo &loopInfo(llvm::Pass &P) {
  return P.getAnalysis<llvm::MachineLoopInfoWrapperPass>().getLI();
}

inline llvm::MachineDominatorTree &dominatorTree(llvm::Pass &P) {
  return P.getAnalysis<llvm::MachineDominatorTreeWrapperPass>().getDomTree();
}

inline llvm::LiveDebugVariables &debugVariables(llvm::Pass &P) {
#if LLVM_VERSION_MAJOR >= 20
  return P.getAnalysis<llvm::LiveDebugVariablesWrapperLegacy>().getLDV();
#else
  return P.getAnalysis<llvm::LiveDebugVariables>();
#endif
}

/// LLVM's spiller, with the analyses of an allocator's pass.
inline std::unique_ptr<llvm::Spiller> createSpiller(llvm::MachineFunctionPass &P, llvm::MachineFunction &MF,
                                                    llvm::VirtRegMap &VRM, llvm::VirtRegAuxInfo &Weights,
                                                    llvm::LiveRegMatrix &Matrix) {
#if LLVM_VERSION_MAJOR >= 20
  llvm::Spiller::RequiredAnalyses Analyses{liveIntervals(P), liveStacks(P), dominatorTree(P), blockFrequency(P)};
  return std::unique_ptr<llvm::Spiller>(llvm::createInlineSpiller(Analyses, MF, VRM, Weights, &Matrix));
#else
  (void)Matrix;
  return std::unique_ptr<llvm::Spiller>(llvm::createInlineSpiller(P, MF, VRM, Weights));
#endif
}

inline bool isRematerializable(const llvm::LiveInterval &LI, const llvm::LiveIntervals &LIS,
                               const llvm::VirtRegMap &VRM, const llvm::MachineFunction &MF) {
  const llvm::TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
#if LLVM_VERSION_MAJOR >= 20
  return llvm::VirtRegAuxInfo::isRematerializable(LI, LIS, VRM, MF.getRegInfo(), TII);
#else
  return llvm::VirtRegAuxInfo::isRematerializable(LI, LIS, VRM, TII);
#endif
}

/// Whether the instruction's result can be computed anew elsewhere. LLVM 22: given that the virtual registers that it
/// reads live there. LLVM 19 knows only instructions that read none, and says no to the others.
inline bool isRematerializable(const llvm::MachineInstr &MI, const llvm::TargetInstrInfo &TII) {
#if LLVM_VERSION_MAJOR >= 22
  return TII.isReMaterializable(MI);
#else
  return TII.isTriviallyReMaterializable(MI);
#endif
}

/// Whether a value of the interval, which the instruction defines, can be computed anew at the slot, where it lives.
inline bool canRematerializeAt(llvm::MachineInstr &Definition, const llvm::LiveInterval &LI, llvm::VNInfo &Value,
                               llvm::SlotIndex Where, llvm::MachineFunction &MF, llvm::LiveIntervals &LIS,
                               llvm::VirtRegMap &VRM) {
  llvm::SmallVector<llvm::Register, 1> New;
  llvm::LiveRangeEdit Edit(&LI, New, MF, LIS, &VRM);
  llvm::LiveRangeEdit::Remat Remat(&Value);
  Remat.OrigMI = &Definition;
#if LLVM_VERSION_MAJOR >= 22
  return Edit.canRematerializeAt(Remat, Where);
#else
  return Edit.anyRematerializable() && Edit.canRematerializeAt(Remat, &Value, Where, /*cheapAsAMove=*/false);
#endif
}

/// What a copy within a class costs; -1 for one that is hard or impossible.
inline int copyCost(const llvm::TargetRegisterClass &RC) { return static_cast<signed char>(RC.getCopyCost()); }

/// The factor that the register class contributes to a spill weight; 1 where the release knows no such factor.
inline float spillWeightScale(const llvm::TargetRegisterInfo &TRI, const llvm::TargetRegisterClass *RC) {
#if LLVM_VERSION_MAJOR >= 20
  return TRI.getSpillWeightScaleFactor(RC);
#else
  (void)TRI;
  (void)RC;
  return 1.0f;
#endif
}

/// A register unit as a number: an enumeration in LLVM 22, an unsigned before.
template <typename UnitT> inline unsigned unitNumber(UnitT Unit) { return static_cast<unsigned>(Unit); }

/// A register's hints in order of preference.
inline llvm::ArrayRef<llvm::Register> allocationHints(const llvm::MachineRegisterInfo &MRI, llvm::Register Reg) {
#if LLVM_VERSION_MAJOR >= 20
  const auto *Hints = MRI.getRegAllocationHints(Reg);
  return Hints ? llvm::ArrayRef<llvm::Register>(Hints->second) : llvm::ArrayRef<llvm::Register>();
#else
  return MRI.getRegAllocationHints(Reg).second;
#endif
}

/// Prints an operand that is no register in the MIR serialization format.
inline void printOperand(llvm::raw_ostream &OS, const llvm::MachineOperand &MO, llvm::ModuleSlotTracker &MST,
                         const llvm::TargetRegisterInfo &TRI) {
  constexpr bool PrintDef = true, IsStandalone = false, PrintTies = false;
#if LLVM_VERSION_MAJOR >= 20
  MO.print(OS, MST, llvm::LLT{}, std::nullopt, PrintDef, IsStandalone, PrintTies, /*TiedOperandIdx=*/0, &TRI);
#else
  MO.print(OS, MST, llvm::LLT{}, std::nullopt, PrintDef, IsStandalone, PrintTies, /*TiedOperandIdx=*/0, &TRI,
           /*IntrinsicInfo=*/nullptr);
#endif
}

/// The words that MIR text puts before the opcode for an instruction's flags, in the order of the MIR printer.
struct FlagName {
  unsigned Flag;
  const char *Text;
};

inline constexpr FlagName InstructionFlags[] = {
    {llvm::MachineInstr::FrameSetup, "frame-setup "},
    {llvm::MachineInstr::FrameDestroy, "frame-destroy "},
    {llvm::MachineInstr::FmNoNans, "nnan "},
    {llvm::MachineInstr::FmNoInfs, "ninf "},
    {llvm::MachineInstr::FmNsz, "nsz "},
    {llvm::MachineInstr::FmArcp, "arcp "},
    {llvm::MachineInstr::FmContract, "contract "},
    {llvm::MachineInstr::FmAfn, "afn "},
    {llvm::MachineInstr::FmReassoc, "reassoc "},
    {llvm::MachineInstr::NoUWrap, "nuw "},
    {llvm::MachineInstr::NoSWrap, "nsw "},
    {llvm::MachineInstr::IsExact, "exact "},
    {llvm::MachineInstr::NoFPExcept, "nofpexcept "},
    {llvm::MachineInstr::NoMerge, "nomerge "},
    {llvm::MachineInstr::Unpredictable, "unpredictable "},
    {llvm::MachineInstr::NoConvergent, "noconvergent "},
    {llvm::MachineInstr::NonNeg, "nneg "},
    {llvm::MachineInstr::Disjoint, "disjoint "},
    {llvm::MachineInstr::NoUSWrap, "nusw "},
#if LLVM_VERSION_MAJOR >= 20
    {llvm::MachineInstr::SameSign, "samesign "},
#endif
#if LLVM_VERSION_MAJOR >= 22
    {llvm::MachineInstr::InBounds, "inbounds "},
#endif
};

/// The name of the smallest class of a physical register (which has one), as LLVM 22 calls it. LLVM 19 lacks some of
/// its classes; the difference is listed for general-purpose registers, not for SVE's and for tuples of vectors.
inline llvm::StringRef minimalClassName(llvm::MCRegister Reg, const llvm::TargetRegisterInfo &TRI) {
#if LLVM_VERSION_MAJOR < 22
  static const std::pair<llvm::StringRef, llvm::StringRef> Renamed[] = {
      {"RAX", "GR64_A"},
      {"X18", "tcGPRnotx16x17"},
      {"X0_X1", "XSeqPairsClass_with_sube64_in_GPR64arg"},
      {"X2_X3", "XSeqPairsClass_with_sube64_in_GPR64arg"},
      {"X4_X5", "XSeqPairsClass_with_sube64_in_GPR64arg"},
      {"X6_X7", "XSeqPairsClass_with_sube64_in_GPR64arg"},
      {"X8_X9", "XSeqPairsClass_with_sube64_in_GPR64_with_sub_32_in_MatrixIndexGPR32_8_11"},
      {"X10_X11", "XSeqPairsClass_with_sube64_in_GPR64_with_sub_32_in_MatrixIndexGPR32_8_11"},
      {"X12_X13", "XSeqPairsClass_with_sube64_in_GPR64_with_sub_32_in_MatrixIndexGPR32_12_15"},
      {"X14_X15", "XSeqPairsClass_with_sube64_in_GPR64_with_sub_32_in_MatrixIndexGPR32_12_15"},
  };
  for (auto [Name, Class] : Renamed)
    if (Name == TRI.getName(Reg))
      return Class;
#endif
  return TRI.getRegClassName(TRI.getMinimalPhysRegClass(Reg));
}

/// The class of such an operand depends on the mode of the processor: the number is none of a class.
inline bool isRegClassLookedUp(const llvm::MCOperandInfo &Operand) {
#if LLVM_VERSION_MAJOR >= 22
  return Operand.isLookupRegClassByHwMode();
#else
  return Operand.isLookupPtrRegClass();
#endif
}

/// What `GEPOperator::collectOffset` fills: the variable parts of an offset, each with its factor.
#if LLVM_VERSION_MAJOR >= 22
using VariableOffsets = llvm::SmallMapVector<llvm::Value *, llvm::APInt, 4>;
#else
using VariableOffsets = llvm::MapVector<llvm::Value *, llvm::APInt>;
#endif

/// Whether code outside of the function may come to know the pointer before the function returns.
inline bool isCaptured(const llvm::Value &Pointer) {
#if LLVM_VERSION_MAJOR >= 22
  return llvm::PointerMayBeCaptured(&Pointer, /*ReturnCaptures=*/false);
#else
  return llvm::PointerMayBeCaptured(&Pointer, /*ReturnCaptures=*/false, /*StoreCaptures=*/true);
#endif
}

} // namespace mlra::compat

#endif
