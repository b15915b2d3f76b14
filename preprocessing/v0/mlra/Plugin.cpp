//===- Plugin.cpp - The -mlra-* flags and the allocators mlra and mlbasicra ----===//
//
//   clang -O3 -fplugin=libmlra.so -mllvm -mlra -mllvm -mlra-dump=unit.ndjson -c a.c
//   llc -load=libmlra.so -mlra -mlra-dump=unit.ndjson a.ll
//   llc -load=libmlra.so -regalloc=mlbasicra -mlra-dump=unit.ndjson a.ll
//
// An allocator of this plugin allocates nothing: it writes the problem down, lets LLVM's greedy (mlra) or basic
// (mlbasicra) allocator solve it, and writes down what that one did. The object file stays the same, byte by byte.
//
// -mlra names no allocator: it makes ours the one that LLVM takes by default. A target looks whether one is named, and
// then builds another pipeline: X86 leaves out the allocation and the configuration of its tile registers.
//
// The inner pass is not in the pass manager: the wrapper gives it a resolver, and has that filled with the analyses of
// the function at hand before each run.
//
//===----------------------------------------------------------------------===//
#include "LLVMCompat.h"
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
#include "llvm/CodeGen/RegAllocRegistry.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManagers.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"

#include <optional>

using namespace llvm;
using namespace mlra;

static cl::OptionCategory Category("mlra: dumps of register allocation problems");
static FunctionPass *createDefault();
static cl::opt<bool> RecordsDefault(
    "mlra", cl::cat(Category), cl::desc("Record where LLVM's default allocator, greedy, runs"),
    cl::callback([](const bool &On) { RegisterRegAlloc::setDefault(On ? createDefault : nullptr); }));
static cl::opt<std::string> DumpPath("mlra-dump", cl::value_desc("file"), cl::cat(Category),
                                     cl::desc("Write one JSON record a function"));
static cl::opt<std::string> ColumnsPath("mlra-dump-columns", cl::value_desc("file"), cl::cat(Category),
                                        cl::desc("Write the same records as columns, for a program to read"));
static cl::opt<bool> DumpMIR("mlra-dump-mir", cl::cat(Category), cl::desc("Add the machine IR text to the records"));
static cl::opt<bool> DumpDot("mlra-dump-ig-dot", cl::cat(Category),
                             cl::desc("Write the RL4ReAl fork's DOT file of each function into the working folder"));
static cl::opt<unsigned> OnlyFunction("mlra-funcID", cl::init(0), cl::value_desc("N"), cl::cat(Category),
                                      cl::desc("Record only the N-th function that reaches the allocator, from 1"));
static cl::opt<bool> Verify("mlra-verify", cl::cat(Category),
                            cl::desc("Check what is recorded another way; a difference is an error"));
static cl::opt<bool> DiscardBody("mlra-discard", cl::cat(Category),
                                 cl::desc("Leave an empty function behind each record, for when nobody reads the output"));
static cl::opt<std::string> RegistersPath("mlra-dump-registers", cl::value_desc("file"), cl::cat(Category),
                                          cl::desc("Write the target's register file as JSON"));
static cl::opt<std::string> OpcodesPath("mlra-dump-opcodes", cl::value_desc("file"), cl::cat(Category),
                                        cl::desc("Write what the target's tables say of its opcodes as JSON"));

namespace {

/// What -regalloc names; null if it names none. LLVM takes a default that somebody has set even where one is named.
RegisterRegAlloc::FunctionPassCtor namedAllocator() {
  using Option = cl::opt<RegisterRegAlloc::FunctionPassCtor, false, RegisterPassParser<RegisterRegAlloc>>;
  auto Found = cl::getRegisteredOptions().find("regalloc");
  if (Found == cl::getRegisteredOptions().end() || !Found->second->getNumOccurrences())
    return nullptr;
  RegisterRegAlloc::FunctionPassCtor Named = static_cast<Option *>(Found->second)->getValue();
  for (RegisterRegAlloc *Entry = RegisterRegAlloc::getList(); Entry; Entry = Entry->getNext())
    if (Entry->getName() == "default" && Entry->getCtor() == Named)
      return nullptr;
  return Named;
}

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

  StringRef getPassName() const override { return Name; }

  void preparePassManager(PMStack &Stack) override {
    TargetPassConfig *Config = pipelineOf(Stack);
    if (Config && !Config->getOptimizeRegAlloc()) { // LLVM's default is then another one, with no problem to record
      Inner.reset(createFastRegisterAllocator());
      IsRecording = false;
    } else if (Config && Verify && !DiscardBody) {
      checkScoreBehindRewriter(*Config, LastScore);
    }
    MachineFunctionPass::preparePassManager(Stack);
  }

  void getAnalysisUsage(AnalysisUsage &AU) const override {
    if (!IsRecording)
      return Inner->getAnalysisUsage(AU);
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
    return Inner->doInitialization(M);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    if (!IsRecording)
      return allocate(MF);
    ++FunctionCounter;
    if (!RegistersPath.empty() && FunctionCounter == 1)
      report(MF, writeRegisterFile(RegistersPath, MF, targetNames(MF)));
    if (!OpcodesPath.empty() && FunctionCounter == 1)
      report(MF, writeOpcodeTable(OpcodesPath, MF));
    bool IsWanted = OnlyFunction == 0 || OnlyFunction == FunctionCounter;
    if (!IsWanted || (Writers.empty() && !DumpDot && !Verify))
      return allocate(MF);
    return recordAndAllocate(MF);
  }

  bool doFinalization(Module &M) override {
    for (const auto &Writer : Writers)
      if (std::string Problem = Writer->finish(); !Problem.empty())
        M.getContext().emitError("mlra: " + Problem);
    Writers.clear();
    return Inner->doFinalization(M);
  }

  void releaseMemory() override { Inner->releaseMemory(); }

private:
  bool allocate(MachineFunction &MF) {
    PMDataManager &Manager = getResolver()->getPMDataManager();
    if (!Inner->getResolver())
      Inner->setResolver(new AnalysisResolver(Manager)); // the pass deletes it
    Inner->getResolver()->clearAnalysisImpls();
    Manager.initializeAnalysisImpl(Inner.get());
    return Inner->runOnFunction(MF.getFunction());
  }

  bool recordAndAllocate(MachineFunction &MF) {
    SlotIndexes &Indexes = *compat::liveIntervals(*this).getSlotIndexes();
    restoreSlotGaps(MF, Indexes);
    restoreUseOrder(MF);
    restoreKeptMerges(MF, compat::liveIntervals(*this));
    restoreEarlierAllocator(MF, compat::liveIntervals(*this));
    // Both allocators decide once more which registers are reserved, and greedy renumbers the slot indices, before they
    // look at anything: record what they will see.
    MF.getRegInfo().freezeReservedRegs();
    if (PacksIndexes)
      Indexes.packIndexes();
    Analyses A{MF, compat::liveIntervals(*this), compat::virtRegMap(*this), compat::liveRegMatrix(*this),
               compat::loopInfo(*this), compat::blockFrequency(*this)};
    const TargetNames &Names = targetNames(MF);
    Positions P(MF, Indexes);
    std::optional<MachineIRText> Text;
    if (!Writers.empty())
      Text.emplace(MF, A.LIS, A.VRM, Names, slotTracker(*MF.getFunction().getParent()));
    Problem Recorded = problemOf(A, P, Names);
    if (DumpDot)
      report(MF, writeForkDot(MF, FunctionCounter, Recorded));
    CodeBefore Before(A, Recorded);

    bool Changed = allocate(MF);

    Answer Result = collectAnswer(A, compat::liveStacks(*this), Recorded, Before);
    if (Verify) {
      UntouchedUnits Untouched(MF, A.LIS);
      report(MF, verifyAllocation(A, Recorded, Result.Words));
      report(MF, verifyAnswer(A, Recorded, Before, Result));
      *LastScore = Result.Total;
    }
    if (!Writers.empty())
      write({MF, FunctionCounter, Recorded, Result, *Text, DumpMIR, Shapes.takeNew()});
    if (DiscardBody && canDiscard())
      discardBody(MF);
    return Changed;
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
  bool PacksIndexes;
  bool IsRecording = true;
  unsigned FunctionCounter = 0;
  InstructionShapes Shapes;
  FoldTrials Folds;
  ScoreToCheck LastScore = std::make_shared<std::optional<Score>>();
  std::unique_ptr<ModuleSlotTracker> Slots;
  std::unique_ptr<TargetNames> Spelled;
  std::vector<std::unique_ptr<RecordWriter>> Writers;
};

FunctionPass *createRecordingGreedy() {
  return new RecordingAllocator(compat::greedyPassID(), createGreedyRegisterAllocator(),
                                "Recording Greedy Register Allocator", /*PacksIndexes=*/true);
}

FunctionPass *createRecordingBasic() {
  return new RecordingAllocator(RABasicID, createBasicRegisterAllocator(), "Recording Basic Register Allocator",
                                /*PacksIndexes=*/false);
}

RegisterRegAlloc GreedyEntry("mlra", "greedy register allocator that records its problems", createRecordingGreedy);
RegisterRegAlloc BasicEntry("mlbasicra", "basic register allocator that records its problems", createRecordingBasic);

} // namespace

/// Asked for each pipeline.
static FunctionPass *createDefault() {
  RegisterRegAlloc::FunctionPassCtor Named = namedAllocator();
  if (!Named)
    return createRecordingGreedy();
  bool Records = Named == createRecordingGreedy || Named == createRecordingBasic;
  if (!Records && !(DumpPath.empty() && ColumnsPath.empty()))
    report_fatal_error("-mlra records the default allocator, and -regalloc names another one", /*gen_crash_diag=*/false);
  return Named();
}
