//===- RandomDecider.cpp - Decisions by chance (-mlra-random) -------------===//
#include "decide/RandomDecider.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/xxhash.h"

#include <random>

using namespace llvm;
using mlra::useAsDefault;

static cl::opt<bool> IsRandom("mlra-random", cl::desc("Colour at random, legally, in front of greedy"),
                              cl::callback([](const bool &On) { useAsDefault(On); }));
static cl::opt<unsigned> Seed("mlra-random-seed", cl::init(776), cl::desc("Seed of -mlra-random"));
static cl::opt<double> SpillShare("mlra-random-spill", cl::init(0), cl::value_desc("share"),
                                  cl::desc("Share of the registers that -mlra-random spills"));
static cl::opt<double> SplitShare("mlra-random-split", cl::init(0), cl::value_desc("share"),
                                  cl::desc("Share of the registers, pieces among them, that -mlra-random splits"));

namespace mlra {

namespace {

/// The same numbers with every standard library: its distributions and std::shuffle are its own affair.
class Dice {
public:
  explicit Dice(uint64_t Start) : Generator(Start) {}

  bool isBelow(double Share) { return static_cast<double>(Generator() >> 11) * 0x1p-53 < Share; }
  size_t below(size_t Limit) { return Generator() % Limit; }

  template <typename RangeT> void shuffle(RangeT &Range) {
    for (size_t I = Range.size(); I > 1; --I)
      std::swap(Range[I - 1], Range[below(I)]);
  }

private:
  std::mt19937_64 Generator;
};

class RandomDecider final : public Decider {
public:
  StringRef name() const override { return "random"; }

  bool expectsRefusals() const override { return true; }

  void decide(const Episode &E, Carrier &Hands) override {
    Dice D(xxh3_64bits(E.A.MF.getName()) + Seed);
    if (SplitShare > 0)
      split(E, Hands, D);
    std::vector<Register> Order = Hands.open();
    D.shuffle(Order);
    if (SpillShare > 0)
      for (Register Reg : Order)
        if (Hands.isLeft(Reg) && D.isBelow(SpillShare))
          Hands.spill(Reg);
    Hands.endEdits();
    for (Register Reg : Order)
      if (Hands.isLeft(Reg))
        colour(E, Hands, D, Reg);
  }

private:
  /// Pieces come to their turn, too, since they are new registers behind the others.
  void split(const Episode &E, Carrier &Hands, Dice &D) {
    const MachineRegisterInfo &MRI = E.A.MF.getRegInfo();
    std::vector<unsigned> Headers;
    for (const MachineLoop *Loop : E.A.Loops.getLoopsInPreorder())
      Headers.push_back(Hands.blocks().indexOf(*Loop->getHeader()));
    for (unsigned I = 0; I < MRI.getNumVirtRegs(); ++I) {
      Register Reg = Register::index2VirtReg(I);
      if (!Hands.isLeft(Reg) || E.A.VRM.hasPhys(Reg) || !D.isBelow(SplitShare))
        continue;
      SmallVector<Register, 4> New;
      auto Side = static_cast<SpillSide>(D.isBelow(SpillShare) ? 1 + D.below(2) : 0);
      if (!Headers.empty() && D.isBelow(0.3))
        Hands.splitLoop(Reg, Headers[D.below(Headers.size())], New, Side);
      else if (size_t Points = Hands.usePoints(Reg).size())
        Hands.split(Reg, D.below(Points), New, Side);
    }
  }

  void colour(const Episode &E, Carrier &Hands, Dice &D, Register Reg) {
    SmallVector<MCPhysReg, 32> Places(Hands.order(Reg).begin(), Hands.order(Reg).end());
    D.shuffle(Places);
    for (MCPhysReg Place : Places)
      if (Hands.isFree(Reg, Place)) {
        Hands.assign(Reg, Place);
        return;
      }
  }
};

} // namespace

bool isRandomDeciderChosen() { return IsRandom; }

std::unique_ptr<Decider> createRandomDecider() { return std::make_unique<RandomDecider>(); }

} // namespace mlra
