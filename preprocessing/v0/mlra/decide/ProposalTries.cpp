//===- ProposalTries.cpp - The best of several proposals, tried in copies -===//
#include "decide/ProposalTries.h"

#include "decide/TrialText.h"

#include <cmath>

using namespace llvm;

namespace mlra {

namespace {

constexpr double Same = 1e-9; ///< sums of the same costs in another order differ in the last digits

bool isLess(double Value, double Other) {
  return Value < Other && Other - Value > Same * std::max({std::abs(Value), std::abs(Other), 1.0});
}

/// Whether what the objective leaves out got worse.
bool paysElsewhere(const TrialFigures &Tried, const TrialFigures &Greedy) {
  return isLess(Greedy.Score, Tried.Score) || isLess(Greedy.Instructions, Tried.Instructions);
}

} // namespace

ProposalTries::Verdict ProposalTries::choose(const Episode &E, Carrier &Hands, ArrayRef<Proposal> Proposals) {
  Verdict Found;
  TrialFigures Greedy, Best;
  for (unsigned Number = 0; Number <= Proposals.size(); ++Number) {
    std::optional<std::string> Said = Copy.fork(E, Hands, TryUntil::Code);
    if (!Said)
      return {Number, 0, ""};
    TrialFigures Tried;
    std::string Problem = parseFigures(*Said, Tried);
    if (Number == 0 && !Problem.empty())
      return {0, 0, "greedy alone, to compare with: " + Problem};
    if (Number == 0)
      Greedy = Best = Tried;
    else if (Problem.empty() && !paysElsewhere(Tried, Greedy) && isLess(Tried.Final, Best.Final))
      Best = Tried, Found.Best = Number;
  }
  if (Found.Best)
    Found.Gain = -std::log(Best.Final / Greedy.Final);
  return Found;
}

} // namespace mlra
