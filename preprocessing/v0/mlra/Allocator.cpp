//===- Allocator.cpp - LLVM's allocator, recorded and decided around ------===//
//
// The inner pass is not in the pass manager: the wrapper gives it a resolver, and has that filled with the analyses of
// the function at hand before each run.
//
//===----------------------------------------------------------------------===//
#include "Allocator.h"

#include "Flags.h"
#include "LLVMCompat.h"
#include "advise/Tracing.h"
#include "decide/Deciding.h"
#include "decide/FinalFile.h"
#include "decide/IdleDecider.h"
#include "record/Answer.h"
#include "record/CodeBefore.h"
#include "record/Discard.h"
#include "record/FoldTrials.h"
#include "record/Positions.h"
#include "record/Problem.h"
#include "record/ScoreCheck.h"
#include "record/TargetNames.h"
#include "record/UntouchedUnits.h"
#include "record/Verify.h"
#include "record/VerifyAnswer.h"
#include "text/BlockNumbers.h"
#include "text/EarlierAllocator.h"
#include "text/KeptMerges.h"
#include "text/MachineIRText.h"
#include "text/SlotGaps.h"
#include "text/UseOrder.h"
#include "write/DotWriter.h"
#include "write/OpcodeTable.h"
#include "write/RecordWriter.h"
#include "write/RegisterFile.h"

#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManagers.h"
#include "llvm/IR/Module.h"

#include <optional>

using namespace llvm;

namespace mlra {

using namespace flags;

namespace {

/// What the pipeline is that is being built. Allocators are made without being told; the pass manager's stack, which a
/// pass sees before it is asked for its analyses, knows.
TargetPassConfig *pipelineOf(PMStack &Stack) {
  Pass *Config = Stack.empty() ? nullptr : Stack.top()->getTopLevelManager()->findAnalysisPass(&TargetPassConfig::ID);
  return static_cast<TargetPassConfig *>(Config);
}

class RecordingAllocator : public MachineFunctionPass {
public:
  RecordingAllocator(char &ID, FunctionPass *Inner, StringRef Name, bool PacksIndexes)
      : MachineFunctionPass(ID), Inner(Inner), Name(Name), PacksIndexes(PacksIndexes) {}

  /// Around any other allocator of LLVM's, of which only the final code is looked at.
  RecordingAllocator(char &ID, FunctionPass *Inner)
      : MachineFunctionPass(ID), Inner(Inner), Name("Observed Register Allocator"), IsRecording(false) {}

  StringRef getPassName() const override { return Name; }

  void preparePassManager(PMStack &Stack) override {
    TargetPassConfig *Config = pipelineOf(Stack);
    if (Config && !Config->getOptimizeRegAlloc()) { // LLVM's default is then another one, with no problem to record
      Inner.reset(createFastRegisterAllocator());
      IsRecording = IsObserved = false;
    } else if (Config && Verify && !DiscardBody) {
      checkScoreBehindRewriter(*Config, LastScore);
    }
    MachineFunctionPass::preparePassManager(Stack);
  }

  void getAnalysisUsage(AnalysisUsage &AU) const override {
    if (!IsRecording) {
      if (IsObserved)
        compat::requireAnalyses(AU);
      return Inner->getAnalysisUsage(AU);
    }
    AU.addRequired<RestoreBlockNumbers>(); // first, since the analyses go by the numbers
    if (DiscardBody && canDiscard())
      discardingUsage(*Inner, AU);
    else
      Inner->getAnalysisUsage(AU);
  }

  bool doInitialization(Module &M) override {
    FunctionCounter = 0;
    if (!DumpPath.empty())
      Writers.push_back(std::make_unique<JsonRecordWriter>(DumpPath));
    if (!ColumnsPath.empty())
      Writers.push_back(std::make_unique<ColumnRecordWriter>(ColumnsPath));
    if (IsRecording)
      Decisions.begin(M), Traces.begin(M);
    else if (!IsObserved)
      warnOfFastAllocator(M), traceNothing(M);
    if (IsObserved)
      Final = FinalFile::wanted(*this);
    return Inner->doInitialization(M);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    if (!Final)
      return decideAndAllocate(MF);
    prepare(MF);
    Analyses A = analyses(MF);
    Final->enter(
        A, MachineIRText(MF, A.LIS, A.VRM, targetNames(MF), slotTracker(*MF.getFunction().getParent())).contentHash());
    bool Changed = decideAndAllocate(MF);
    Final->allocated(A);
    return Changed;
  }

  bool doFinalization(Module &M) override {
    for (const auto &Writer : Writers)
      if (std::string Problem = Writer->finish(); !Problem.empty())
        M.getContext().emitError("mlra: " + Problem);
    Writers.clear();
    Decisions.end(M);
    Traces.end(M);
    if (Final)
      if (std::string Problem = Final->finish(); !Problem.empty())
        M.getContext().emitError("mlra: " + Problem);
    Final.reset();
    return Inner->doFinalization(M);
  }

  void releaseMemory() override { Inner->releaseMemory(); }

private:
  bool decideAndAllocate(MachineFunction &MF) {
    if (!IsRecording)
      return allocate(MF);
    ++FunctionCounter;
    if (!RegistersPath.empty() && FunctionCounter == 1)
      report(MF, writeRegisterFile(RegistersPath, MF, targetNames(MF)));
    if (!OpcodesPath.empty() && FunctionCounter == 1)
      report(MF, writeOpcodeTable(OpcodesPath, MF));
    bool IsWanted = OnlyFunction == 0 || OnlyFunction == FunctionCounter;
    bool IsDecided = IsWanted && Decisions.wants(MF, FunctionCounter);
    if (!IsDecided && (!IsWanted || (Writers.empty() && !DumpDot && !Verify)))
      return allocate(MF);
    return recordAndAllocate(MF);
  }

  /// Runs LLVM's allocator; behind decisions, if there are any.
  bool allocate(MachineFunction &MF, Carrier *Hands = nullptr) {
    PMDataManager &Manager = getResolver()->getPMDataManager();
    if (!Inner->getResolver())
      Inner->setResolver(new AnalysisResolver(Manager)); // the pass deletes it
    Inner->getResolver()->clearAnalysisImpls();
    const bool IsTraced = IsRecording && isTracing();
    if (Hands)
      Hands->installAdvisors(*Inner->getResolver());
    if (IsTraced)
      Traces.install(*this, MF, *Inner->getResolver());
    Manager.initializeAnalysisImpl(Inner.get());
    bool Changed = Inner->runOnFunction(MF.getFunction());
    if (Hands)
      Hands->finish();
    if (IsTraced)
      Traces.allocated(analyses(MF));
    return Changed;
  }

  bool recordAndAllocate(MachineFunction &MF) {
    SlotIndexes &Indexes = *compat::liveIntervals(*this).getSlotIndexes();
    restoreSlotGaps(MF, Indexes);
    restoreUseOrder(MF);
    restoreKeptMerges(MF, compat::liveIntervals(*this));
    restoreEarlierAllocator(MF, compat::liveIntervals(*this));
    prepare(MF);
    Analyses A = analyses(MF);
    const TargetNames &Names = targetNames(MF);
    Positions P(MF, Indexes);
    std::optional<MachineIRText> Text;
    if (!Writers.empty())
      Text.emplace(MF, A.LIS, A.VRM, Names, slotTracker(*MF.getFunction().getParent()));
    Problem Recorded = problemOf(A, P, Names);
    if (DumpDot)
      report(MF, writeForkDot(MF, FunctionCounter, Recorded));
    Tally Count;
    Episode Decided{A, Recorded, FunctionCounter, Count};
    std::unique_ptr<Carrier> Hands;
    bool IsDecided = Decisions.wants(MF, FunctionCounter);
    bool IsAnswered = !Writers.empty() || Verify || (IsDecided && Decisions.looksAtAnswer());
    std::optional<CodeBefore> Before;
    if (IsAnswered)
      Before.emplace(A, Recorded); // in front of decisions, which change the code
    if (IsDecided)
      Hands = Decisions.decide(*this, Decided);
    bool Changed = allocate(MF, Hands.get());

    Answer Result = IsAnswered ? collectAnswer(A, compat::liveStacks(*this), Recorded, *Before) : Answer();
    bool IsRecorded = !IsDecided || Decisions.allocated(Decided, Result);
    if (Verify) {
      UntouchedUnits Untouched(MF, A.LIS);
      report(MF, verifyAllocation(A, Recorded, Result.Words, bool(Hands)));
      report(MF, verifyAnswer(A, Recorded, *Before, Result));
      *LastScore = Result.Total;
    }
    if (!Writers.empty() && IsRecorded)
      write({MF, FunctionCounter, Recorded, Result, *Text, DumpMIR, Shapes.takeNew(),
             Decisions.isOn() ? &Count : nullptr});
    if (DiscardBody && canDiscard())
      discardBody(MF);
    return Changed;
  }

  /// All allocators decide once more which registers are reserved, and greedy renumbers the slot indices, before they
  /// look at anything: record what they will see.
  void prepare(MachineFunction &MF) {
    MF.getRegInfo().freezeReservedRegs();
    if (PacksIndexes)
      compat::liveIntervals(*this).getSlotIndexes()->packIndexes();
  }

  Analyses analyses(MachineFunction &MF) {
    return {MF,
            compat::liveIntervals(*this),
            compat::virtRegMap(*this),
            compat::liveRegMatrix(*this),
            compat::loopInfo(*this),
            compat::blockFrequency(*this)};
  }

  Problem problemOf(const Analyses &A, const Positions &P, const TargetNames &Names) {
    UntouchedUnits Untouched(A.MF, A.LIS);
    Problem Recorded = collectProblem(A, P, {Names, Shapes, Folds});
    if (Verify)
      report(A.MF, verifyProblem(A, P, Recorded, Names));
    return Recorded;
  }

  void write(const FunctionRecord &Record) {
    for (const auto &Writer : Writers)
      Writer->write(Record);
  }

  /// One for the module: a new one for each function would walk over the whole module each time.
  ModuleSlotTracker &slotTracker(const Module &M) {
    if (!Slots)
      Slots = std::make_unique<ModuleSlotTracker>(&M, /*ShouldInitializeAllMetadata=*/false);
    return *Slots;
  }

  const TargetNames &targetNames(const MachineFunction &MF) {
    if (!Spelled)
      Spelled = std::make_unique<TargetNames>(*MF.getSubtarget().getRegisterInfo());
    return *Spelled;
  }

  static void report(const MachineFunction &MF, const std::string &Problem) {
    if (!Problem.empty())
      MF.getFunction().getContext().emitError("mlra: " + MF.getName() + ": " + Problem);
  }
  static void report(const MachineFunction &MF, const std::vector<std::string> &Problems) {
    for (const std::string &Problem : Problems)
      report(MF, "verify: " + Problem);
  }

  std::unique_ptr<FunctionPass> Inner;
  StringRef Name;
  bool PacksIndexes = false;
  bool IsRecording = true;
  bool IsObserved = FinalFile::isWanted();
  unsigned FunctionCounter = 0;
  InstructionShapes Shapes;
  FoldTrials Folds;
  ScoreToCheck LastScore = std::make_shared<std::optional<Score>>();
  std::unique_ptr<ModuleSlotTracker> Slots;
  std::unique_ptr<TargetNames> Spelled;
  std::vector<std::unique_ptr<RecordWriter>> Writers;
  Deciding Decisions;
  Tracing Traces;
  std::unique_ptr<FinalFile> Final;
};

} // namespace

FunctionPass *createGreedyAllocator() {
  noteAllocator();
  return new RecordingAllocator(compat::greedyPassID(), createGreedyRegisterAllocator(),
                                "Recording Greedy Register Allocator", /*PacksIndexes=*/true);
}

FunctionPass *createBasicAllocator() {
  noteAllocator();
  return new RecordingAllocator(RABasicID, createBasicRegisterAllocator(), "Recording Basic Register Allocator",
                                /*PacksIndexes=*/false);
}

FunctionPass *createObservedAllocator(FunctionPass *Inner) {
  noteAllocator();
  return new RecordingAllocator(*static_cast<char *>(const_cast<void *>(Inner->getPassID())), Inner);
}

} // namespace mlra
