//===- Profile.h - What the RL4ReAl fork tells a model of a function -----------===//
//
// The nodes that its dialogues carry. Numbers of nodes are the fork's: a virtual register's index behind the physical
// registers, a physical register's own number.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_PROFILE_H
#define MLRA_DECIDE_PROFILE_H

#include "decide/ColourMap.h"
#include "decide/InstructionVectors.h"
#include "record/Problem.h"

#include <string>
#include <vector>

namespace mlra {

class Carrier;

struct ProfileNode {
  unsigned ID;
  std::string Class;     ///< LLVM's name of it, or Phy
  unsigned Colour = 0;   ///< of a physical register
  float SpillWeight = 0; ///< -1 where the register cannot be spilled
  std::vector<float> PositionalWeights;
  std::vector<int> UseDistances;
  std::vector<int> SplitSlots; ///< where the fork may split, and where it can be done
  std::vector<int> Interferences; ///< one direction: of two virtual registers the first has the second
  std::vector<float> Vectors;     ///< of each instruction in the live range, one behind the other
};

struct Profile {
  /// Physical ones first, as far as somebody interferes with them, then virtual ones; both ascending.
  std::vector<ProfileNode> Nodes;

  /// The problem's own node of each of the virtual ones.
  std::vector<unsigned> NodeOf;
};

/// The number of a node for the fork.
unsigned profileID(const Analyses &A, llvm::Register Reg);

/// The virtual register with that number; none if there cannot be one.
llvm::Register registerOfProfileID(const Analyses &A, int64_t ID);

/// Registers without a use point, and of classes that are not the model's, are left out, as in the fork.
Profile profileOf(const Carrier &Hands, const Problem &P, const ColourMap &Colours, InstructionVectors &Vectors);

} // namespace mlra

#endif
