//===- Policy.cpp - Policies that ask nobody ------------------------------===//
#include "advise/Policy.h"

#include "advise/OrderColumns.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/xxhash.h"

#include <cstring>
#include <random>

using namespace llvm;

namespace mlra {

bool isLegal(const Observation &Seen, int64_t Decision) {
  const FeatureTensor *Mask = Seen.Layout.named("mask");
  if (!Mask)
    return true;
  if (Decision < 0 || Decision > OrderColumns::Candidate)
    return false;
  int64_t Allowed = 0;
  std::memcpy(&Allowed, Seen.values(*Mask) + Decision * sizeof(Allowed), sizeof(Allowed));
  return Allowed == 1;
}

namespace {

class RandomPolicy final : public Policy {
public:
  RandomPolicy(TracedTask Task, uint64_t Seed) : Task(Task), Seed(Seed) {}

  std::string enter(StringRef Function) override {
    Numbers.seed(Seed ^ xxh3_64bits(Function));
    return "";
  }

  std::string decide(const Observation &Seen, int64_t, int64_t &Decision) override {
    if (Task == TracedTask::Priority) {
      Decision = static_cast<int64_t>(Numbers() >> 40); // what a float holds, so that LLVM's channel can carry it
      return "";
    }
    SmallVector<int64_t, 33> Legal;
    for (int64_t Column = 0; Column <= OrderColumns::Candidate; ++Column)
      if (isLegal(Seen, Column))
        Legal.push_back(Column);
    if (Legal.empty())
      return "no column is legal";
    Decision = Legal[Numbers() % Legal.size()];
    return "";
  }

private:
  TracedTask Task;
  uint64_t Seed;
  std::mt19937_64 Numbers;
};

class ReplayPolicy final : public Policy {
public:
  std::string read(StringRef Path) {
    auto File = MemoryBuffer::getFile(Path);
    if (!File)
      return ("cannot read " + Path + ": " + File.getError().message()).str();
    for (line_iterator Line(**File); !Line.is_at_end(); ++Line)
      if (!readLine(*Line))
        return (Path + ":" + Twine(Line.line_number()) + ": no {\"function\":NAME,\"decisions\":[...]}").str();
    return "";
  }

  std::string enter(StringRef Function) override {
    auto Found = Kept.find(Function);
    Current = Found == Kept.end() ? ArrayRef<int64_t>() : ArrayRef<int64_t>(Found->second);
    return "";
  }

  std::string decide(const Observation &, int64_t, int64_t &Decision) override {
    if (Current.empty())
      return "the trace has no decision for this step";
    Decision = Current.front();
    Current = Current.drop_front();
    return "";
  }

private:
  bool readLine(StringRef Line) {
    Expected<json::Value> Parsed = json::parse(Line);
    if (!Parsed) {
      consumeError(Parsed.takeError());
      return false;
    }
    const json::Object *Entry = Parsed->getAsObject();
    const json::Array *Numbers = Entry ? Entry->getArray("decisions") : nullptr;
    std::optional<StringRef> Name = Entry ? Entry->getString("function") : std::nullopt;
    if (!Numbers || !Name)
      return false;
    std::vector<int64_t> &Decisions = Kept[*Name];
    Decisions.clear();
    for (const json::Value &Each : *Numbers) {
      std::optional<int64_t> Number = Each.getAsInteger();
      if (!Number)
        return false;
      Decisions.push_back(*Number);
    }
    return true;
  }

  StringMap<std::vector<int64_t>> Kept;
  ArrayRef<int64_t> Current;
};

} // namespace

std::unique_ptr<Policy> createRandomPolicy(TracedTask Task, uint64_t Seed) {
  return std::make_unique<RandomPolicy>(Task, Seed);
}

std::unique_ptr<Policy> createReplayPolicy(StringRef Path, std::string &Problem) {
  auto Made = std::make_unique<ReplayPolicy>();
  Problem = Made->read(Path);
  return Made;
}

} // namespace mlra
