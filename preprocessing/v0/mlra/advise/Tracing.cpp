//===- Tracing.cpp - What the allocator's pass has of traces --------------===//
//
//   clang -O3 -fplugin=libmlra.so -mllvm -mlra-trace=eviction -mllvm -mlra-trace-file=unit.trace -c a.c
//
// Writes down what LLVM's default advisor decides, with the features that LLVM would show a learned one; the object
// file stays the same. With a policy its decisions are taken, and the default's stand beside them.
//
//===----------------------------------------------------------------------===//
#include "advise/Tracing.h"

#include "advise/ModelPolicy.h"
#include "advise/TracingAdvisors.h"
#include "decide/Decider.h"
#include "decide/ModelFlags.h"
#include "decide/Report.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManagers.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"

#include <limits>

using namespace llvm;

namespace mlra {

static cl::OptionCategory TraceCategory("mlra: traces of LLVM's advisors");

static void traceDefault(const std::string &Word);

static cl::opt<std::string> TraceTask("mlra-trace", cl::value_desc("eviction|priority"), cl::cat(TraceCategory),
                                 cl::desc("Record the decisions of an advisor of greedy's"),
                                 cl::callback([](const std::string &Word) { traceDefault(Word); }));
static cl::opt<std::string> TraceFilePath("mlra-trace-file", cl::value_desc("file"), cl::cat(TraceCategory),
                                     cl::desc("Where the trace is written"));
static cl::opt<bool> IsTraceRandom("mlra-trace-random", cl::cat(TraceCategory), cl::desc("Decide by chance"));
static cl::opt<uint64_t> TraceSeed("mlra-trace-seed", cl::init(0), cl::cat(TraceCategory),
                                    cl::desc("Of -mlra-trace-random"));
static cl::opt<std::string> TraceReplayPath("mlra-trace-replay", cl::value_desc("file"), cl::cat(TraceCategory),
                                       cl::desc("Decide as a file says, a line of JSON a function"));
static cl::opt<std::string> TraceModelPath("mlra-trace-model", cl::value_desc("file.onnx"), cl::cat(TraceCategory),
                                      cl::desc("Decide as a model says, in this process"));
static cl::opt<std::string> TracePipeBase("mlra-trace-pipe", cl::value_desc("base"), cl::cat(TraceCategory),
                                     cl::desc("Decide as the program says that serves BASE.in and BASE.out"));

namespace {

/// What LLVM calls the advisor.
struct TaskRow {
  const char *Name;
  TracedTask Task;
  const char *ModeFlag, *ChannelFlag;
};

constexpr TaskRow TaskRows[] = {
    {"eviction", TracedTask::Eviction, "regalloc-enable-advisor", "regalloc-evict-interactive-channel-base"},
    {"priority", TracedTask::Priority, "regalloc-enable-priority-advisor",
     "regalloc-priority-interactive-channel-base"},
};

constexpr const char *EvictionLimit = "mlregalloc-max-eviction-count";

/// Of what stands in the way before the first decision: LLVM would go on and read a channel that nobody serves.
void endIfAny(const std::string &Problem) {
  if (!Problem.empty())
    report_fatal_error(Twine("-mlra-trace: ") + Problem, /*gen_crash_diag=*/false);
}

const TaskRow &taskRow(StringRef Word) {
  for (const TaskRow &Row : TaskRows)
    if (Word == Row.Name)
      return Row;
  report_fatal_error("-mlra-trace=" + Word + ": it is eviction or priority", /*gen_crash_diag=*/false);
}

cl::Option &llvmOption(StringRef Name) {
  auto Found = cl::getRegisteredOptions().find(Name);
  if (Found == cl::getRegisteredOptions().end())
    report_fatal_error("-mlra-trace: this LLVM has no -" + Name, /*gen_crash_diag=*/false);
  return *Found->second;
}

/// What LLVM reads: evict nothing; any priority.
std::string answerOf(TracedTask Task) {
  if (Task == TracedTask::Priority)
    return std::string(sizeof(float), '\0');
  const int64_t Nothing = 32;
  return std::string(reinterpret_cast<const char *>(&Nothing), sizeof(Nothing));
}

/// LLVM opens base.in and base.out when it makes a module's first advisor.
void setChannel(const TaskRow &Row, const std::string &Base) {
  static_cast<cl::opt<std::string> &>(llvmOption(Row.ChannelFlag)).setValue(Base);
}

std::unique_ptr<Policy> chosenPolicy(TracedTask Task, std::string &Problem) {
  if (IsTraceRandom + !TraceReplayPath.empty() + !TraceModelPath.empty() + !TracePipeBase.empty() > 1)
    Problem = "two policies are named: -mlra-trace-random, -replay, -model and -pipe exclude each other";
  const std::chrono::milliseconds Limit = modelFlags().TimeLimit;
  if (IsTraceRandom)
    return createRandomPolicy(Task, TraceSeed);
  if (!TraceReplayPath.empty())
    return createReplayPolicy(TraceReplayPath, Problem);
  if (!TraceModelPath.empty())
    return createOnnxPolicy(Task, TraceModelPath, Limit);
  if (!TracePipeBase.empty())
    return createPipePolicy(Task, TracePipeBase, Limit);
  return nullptr;
}

} // namespace

/// Our allocator becomes LLVM's default one, and the advisor the one that can be asked for its features.
static void traceDefault(const std::string &Word) {
  const TaskRow &Row = taskRow(Word);
  useAsDefault(true);
  llvmOption(Row.ModeFlag).addOccurrence(0, Row.ModeFlag, "release");
  setChannel(Row, "later"); // without a name LLVM would look for a model of its own
  // The probe is told that nothing is evicted; LLVM counts that, and hides registers that are often in it.
  if (auto Found = cl::getRegisteredOptions().find(EvictionLimit); Found != cl::getRegisteredOptions().end())
    static_cast<cl::opt<unsigned> *>(Found->second)->setValue(std::numeric_limits<unsigned>::max());
}

bool isTracing() { return !TraceTask.empty(); }

void traceNothing(Module &M) {
  if (!isTracing() || TraceFilePath.empty())
    return;
  warn(M, "-mlra-trace traces nothing here: without optimisation LLVM takes its fast allocator");
  if (std::string Wrong = TraceFile(TraceFilePath, taskRow(TraceTask).Task).finish(); !Wrong.empty())
    M.getContext().emitError("mlra: trace: " + Wrong);
}

void Tracing::begin(Module &M) {
  if (!isTracing())
    return;
  if (TraceFilePath.empty())
    report_fatal_error("-mlra-trace needs -mlra-trace-file=FILE", /*gen_crash_diag=*/false);
  if (isDeciding())
    report_fatal_error("-mlra-trace and " + chosenDeciderFlag() + " exclude each other", /*gen_crash_diag=*/false);
  const TaskRow &Row = taskRow(TraceTask);
  File = std::make_unique<TraceFile>(TraceFilePath, Row.Task);
  std::string Wrong;
  Who = chosenPolicy(Row.Task, Wrong);
  endIfAny(Wrong);
  Channel = std::make_unique<FeatureChannel>(answerOf(Row.Task));
  Current = std::make_unique<FunctionTrace>(*Channel, *File, Who.get());
}

/// The channel lies ready for the first function that has registers to allocate: of others greedy asks no advisor.
std::string Tracing::prepare() {
  if (!Channel->base().empty())
    return "";
  if (std::string Wrong = Channel->open(); !Wrong.empty())
    return Wrong;
  setChannel(taskRow(TraceTask), Channel->base());
  return "";
}

void Tracing::install(MachineFunctionPass &Allocator, MachineFunction &MF, AnalysisResolver &Resolver) {
  if (!File || !Problem.empty())
    return;
  endIfAny(prepare());
  constexpr size_t StepsARegister = 100; // no default needed a tenth
  Current->enter(MF.getName(), 1000 + StepsARegister * MF.getRegInfo().getNumVirtRegs());
  Ours = std::make_unique<Advisors>(Allocator, MF, makers());
  Ours->install(Resolver);
}

AdvisorMakers Tracing::makers() {
  auto Open = [this] {
    if (!IsOpened)
      Problem = Channel->opened();
    IsOpened = true;
  };
  AdvisorMakers Made;
  if (taskRow(TraceTask).Task == TracedTask::Eviction)
    Made.Eviction = [this, Open](const MachineFunction &MF, const RAGreedy &RA, auto Probe) {
      Open();
      return std::make_unique<TracingEvictionAdvisor>(MF, RA, std::move(Probe), *Current);
    };
  else
    Made.Priority = [this, Open](const MachineFunction &MF, const RAGreedy &RA, SlotIndexes &Indexes, auto Probe) {
      Open();
      return std::make_unique<TracingPriorityAdvisor>(MF, RA, Indexes, std::move(Probe), *Current);
    };
  return Made;
}

void Tracing::allocated(const Analyses &A) {
  if (!File || !Problem.empty())
    return;
  Current->finish(A.MF.getName(), computeScore(A));
  Ours.reset();
}

void Tracing::end(Module &M) {
  if (!File)
    return;
  std::string Wrong = Problem.empty() ? Current->fault() : Problem;
  std::string Unwritten = File->finish();
  if (Wrong.empty())
    Wrong = Unwritten;
  if (!Wrong.empty())
    M.getContext().emitError("mlra: trace: " + Wrong);
  Current.reset(), Channel.reset(), Who.reset(), File.reset();
}

} // namespace mlra
