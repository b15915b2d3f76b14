//===- Trial.cpp - Candidates that a search proposes, tried in forks ------------===//
#include "decide/Trial.h"

#include "decide/ForkedCompiler.h"
#include "decide/TrialChannel.h"
#include "decide/TrialText.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using mlra::useAsDefault;

static cl::opt<int> Socket("mlra-trial", cl::init(-1), cl::value_desc("descriptor"),
                           cl::desc("Try the decisions that come over this socket in forks of the compiler"),
                           cl::callback([](const int &) { useAsDefault(true); }));
static cl::opt<double> ProcessorSeconds("mlra-trial-cpu", cl::init(20), cl::value_desc("seconds"),
                                        cl::desc("Processor time of a fork; 0 for no limit (default 20)"));
static cl::opt<double> WallSeconds("mlra-trial-wall", cl::init(60), cl::value_desc("seconds"),
                                   cl::desc("Life of a fork; 0 for no limit (default 60)"));
static cl::opt<unsigned> MemoryMegabytes("mlra-trial-memory", cl::init(4096), cl::value_desc("MiB"),
                                         cl::desc("Memory that a fork may take beyond the compiler's; 0 for no limit"));
static cl::opt<double> PatienceSeconds("mlra-trial-patience", cl::init(600), cl::value_desc("seconds"),
                                       cl::desc("How long to wait for a message; 0 for any time (default 600)"));

namespace mlra {

namespace {

class Trial final : public Decider {
public:
  Trial() : Channel(Socket, PatienceSeconds) {}

  StringRef name() const override { return "trial"; }

  std::string begin(Module &M) override { return Channel.check(); }

  bool wants(const MachineFunction &MF, unsigned FunctionID) override {
    endWithoutFinal(); // a copy whose function was never printed comes to the next one
    return Channel.isOpen();
  }

  void decide(const Episode &E, Carrier &Hands) override {
    Channel.write(announcement(E));
    for (std::string Line; Channel.read(Line);) {
      TrialRequest Request;
      if (std::string Problem = parseRequest(Line, Request); !Problem.empty())
        Channel.write(problemText("refused", Problem));
      else if (Request.What == TrialRequest::Kind::Describe)
        Channel.write(describe(E, Hands));
      else if (Request.What == TrialRequest::Kind::Choose || becomesCopy(E, Hands, Request))
        return Hands.carryOut(Request.Decisions);
    }
    if (!Channel.problem().empty())
      E.Count.Failure = "trial: " + Channel.problem();
  }

  bool looksAtAnswer() const override { return true; }

  /// A copy says what came of its candidate. That of a copy which goes on to the printer has to wait.
  void allocated(const Episode &E, const Answer &Result) override {
    if (!Copy)
      return;
    if (!GoesOn)
      Copy->end(doneText(E.Count, Result, nullptr));
    Allocated = std::make_unique<Allocation>(Allocation{E.Count, Result});
  }

  bool records() const override { return !Copy; }

  std::vector<std::string> end() override {
    endWithoutFinal();
    Channel.close();
    return {};
  }

private:
  struct Allocation {
    Tally Count;
    Answer Result;
  };

  /// In a fork, since asking computes analyses that greedy would then find.
  std::string describe(const Episode &E, Carrier &Hands) {
    ForkedCompiler Fork(limits(), E.A.MF.getFunction().getContext());
    if (Fork.isCopy())
      Fork.end(description(E, Hands));
    return answerOf(Fork);
  }

  /// Tries the candidate; true in the copy, which is to carry it out and go on as the compiler would.
  bool becomesCopy(const Episode &E, Carrier &Hands, const TrialRequest &Request) {
    auto Fork = std::make_unique<ForkedCompiler>(limits(), E.A.MF.getFunction().getContext());
    if (!Fork->isCopy()) {
      Channel.write(answerOf(*Fork));
      return false;
    }
    Channel.close();
    Copy = std::move(Fork);
    GoesOn = Request.ToTheEnd;
    if (GoesOn) {
      Frozen.freeze(E.A.MF, E.A.MBFI);
      callBeforePrinter(Hands.allocator(), [this](MachineFunction &MF) { endWithFinal(MF); });
    }
    return true;
  }

  static std::string answerOf(ForkedCompiler &Fork) {
    LastWords Words = Fork.hearOut();
    return Words.Problem.empty() ? Words.Said : problemText("failed", Words.Problem);
  }

  void endWithFinal(MachineFunction &MF) {
    if (!Allocated)
      Copy->end(problemText("failed", "the allocator did not run"));
    FinalCode Final = countFinalCode(MF, Frozen);
    Copy->end(doneText(Allocated->Count, Allocated->Result, &Final));
  }

  void endWithoutFinal() {
    if (Copy)
      Copy->end(Allocated ? doneText(Allocated->Count, Allocated->Result, nullptr)
                          : problemText("failed", "the allocator did not run"));
  }

  static ForkLimits limits() { return {ProcessorSeconds, WallSeconds, uint64_t(MemoryMegabytes) << 20}; }

  TrialChannel Channel;
  std::unique_ptr<ForkedCompiler> Copy; ///< in a copy
  bool GoesOn = false;                  ///< to the printer
  FrozenFrequencies Frozen;
  std::unique_ptr<Allocation> Allocated;
};

} // namespace

bool isTrialChosen() { return Socket >= 0; }

std::unique_ptr<Decider> createTrial() { return std::make_unique<Trial>(); }

} // namespace mlra
