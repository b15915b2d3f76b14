//===- Trial.cpp - Candidates that a search proposes, tried in forks ------------===//
#include "decide/Trial.h"

#include "decide/CandidateCopy.h"
#include "decide/HugePages.h"
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

/// From here on faster forks are worth that LLVM's code is copied once, which takes about as long as 20 of them.
constexpr unsigned ManyCandidates = 50;

class Trial final : public Decider {
public:
  Trial() : Channel(Socket, PatienceSeconds) {}

  StringRef name() const override { return "trial"; }

  std::string begin(Module &M) override { return Channel.check(); }

  bool wants(const MachineFunction &MF, unsigned FunctionID) override {
    Copy.endWithoutFinal();
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

  void allocated(const Episode &E, const Answer &Result) override { Copy.allocated(E, Result); }

  bool records() const override { return !Copy.isOn(); }

  std::vector<std::string> end() override {
    Copy.endWithoutFinal();
    Channel.close();
    return {};
  }

private:
  /// In a fork, since asking computes analyses that greedy would then find.
  std::string describe(const Episode &E, Carrier &Hands) {
    ForkedCompiler Fork(trialLimits(), E.A.MF.getFunction().getContext());
    if (Fork.isCopy())
      Fork.end(description(E, Hands));
    LastWords Words = Fork.hearOut();
    return Words.Problem.empty() ? Words.Said : problemText("failed", Words.Problem);
  }

  /// Tries the candidate; true in the copy, which is to carry it out and go on as the compiler would.
  bool becomesCopy(const Episode &E, Carrier &Hands, const TrialRequest &Request) {
    if (++Tried == ManyCandidates)
      moveCodeToHugePages();
    if (auto Said = Copy.fork(E, Hands, Request.ToTheEnd ? TryUntil::Code : TryUntil::Allocation)) {
      Channel.write(*Said);
      return false;
    }
    Channel.close();
    return true;
  }

  TrialChannel Channel;
  CandidateCopy Copy;
  unsigned Tried = 0;
};

} // namespace

ForkLimits trialLimits() { return {ProcessorSeconds, WallSeconds, uint64_t(MemoryMegabytes) << 20}; }

bool isTrialChosen() { return Socket >= 0; }

std::unique_ptr<Decider> createTrial() { return std::make_unique<Trial>(); }

} // namespace mlra
