//===- FileDecider.cpp - Decisions out of a file (-mlra-decisions) --------===//
#include "decide/FileDecider.h"

#include "decide/DecisionText.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using mlra::useAsDefault;

static cl::opt<std::string> DecisionsPath("mlra-decisions", cl::value_desc("file"),
                                          cl::desc("Carry out the decisions of this file in front of greedy"),
                                          cl::callback([](const std::string &) { useAsDefault(true); }));

namespace mlra {

namespace {

constexpr unsigned ShownProblems = 10;

class FileDecider final : public Decider {
public:
  StringRef name() const override { return "file"; }

  std::string begin(Module &) override {
    auto Buffer = MemoryBuffer::getFile(DecisionsPath, /*IsText=*/true);
    if (!Buffer)
      return "cannot read the decisions file " + DecisionsPath + ": " + Buffer.getError().message();
    StringRef Rest = (*Buffer)->getBuffer(); // by hand: LLVM's line_iterator takes a zero for the end
    for (unsigned Number = 1; !Rest.empty(); ++Number) {
      auto [Line, Next] = Rest.split('\n');
      if (!Line.trim().empty())
        read(Line, Number);
      Rest = Next;
    }
    return "";
  }

  bool wants(const MachineFunction &MF, unsigned) override { return Of.count(MF.getName()); }

  void decide(const Episode &E, Carrier &Hands) override {
    Used.insert(E.A.MF.getName());
    Hands.carryOut(Of[E.A.MF.getName()]);
  }

  std::vector<std::string> end() override {
    if (HiddenProblems)
      Problems.push_back(DecisionsPath + ": " + std::to_string(HiddenProblems) + " more lines could not be read");
    return Problems;
  }

  std::vector<std::string> unused() const override {
    std::vector<std::string> Names;
    for (const auto &Entry : Of)
      if (!Used.count(Entry.getKey()))
        Names.push_back(Entry.getKey().str());
    llvm::sort(Names);
    return Names;
  }

private:
  void read(StringRef Line, unsigned Number) {
    FunctionDecisions F;
    std::string Problem = parseDecisions(Line, F);
    if (Problem.empty()) {
      auto &All = Of[F.Function];
      All.insert(All.end(), F.Decisions.begin(), F.Decisions.end());
    } else if (Problems.size() < ShownProblems) {
      Problems.push_back(DecisionsPath + ":" + std::to_string(Number) + ": " + Problem);
    } else {
      ++HiddenProblems;
    }
  }

  StringMap<std::vector<Decision>> Of;
  StringSet<> Used;
  std::vector<std::string> Problems;
  unsigned HiddenProblems = 0;
};

} // namespace

bool isFileDeciderChosen() { return !DecisionsPath.empty(); }

std::unique_ptr<Decider> createFileDecider() { return std::make_unique<FileDecider>(); }

} // namespace mlra
