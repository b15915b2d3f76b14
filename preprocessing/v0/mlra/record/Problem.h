//===- Problem.h - One function's allocation problem, as plain numbers --------===//
//
// What the allocator is about to see, copied out of LLVM's data structures before it changes them. Everything here is a
// value: the writers, the verifier and the outcome need no analysis to read it.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_PROBLEM_H
#define MLRA_RECORD_PROBLEM_H

#include "record/Positions.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/LiveRegMatrix.h"
#include "llvm/CodeGen/MachineBlockFrequencyInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/Register.h"
#include "llvm/CodeGen/VirtRegMap.h"

#include <utility>
#include <vector>

namespace mlra {

/// The analyses that the allocator works with, borrowed from the pass that holds them.
struct Analyses {
  llvm::MachineFunction &MF;
  llvm::LiveIntervals &LIS;
  llvm::VirtRegMap &VRM;
  llvm::LiveRegMatrix &Matrix;
  llvm::MachineLoopInfo &Loops;
  llvm::MachineBlockFrequencyInfo &MBFI;
};

/// One instruction slot at which a virtual register is read or written.
struct UsePoint {
  int Instruction;   ///< index of the instruction
  int Distance;      ///< SlotIndex::getApproxInstrDistance from the register's first use point
  float SpillWeight; ///< weight of a split artifact that ends here; +inf where the register cannot be spilled
  bool IsSplitPoint; ///< by the rules of the RL4ReAl fork
};

/// Half-open range of instruction indices. Instruction i is in a live range if the register holds a value right behind i,
/// or if i writes it and nobody reads that: so a register ends at the instruction that reads it last.
struct InstructionRange {
  int First;
  int Last;
};

/// One virtual register.
struct Node {
  llvm::Register Reg;
  unsigned ClassID;
  float SpillWeight; ///< +inf where the register cannot be spilled
  unsigned Size;     ///< LiveInterval::getSize(), 16 an instruction
  std::vector<InstructionRange> Live;
  std::vector<int> Hints; ///< physical register, or -1 - node
  std::vector<llvm::MCPhysReg> Forbidden;
  std::vector<UsePoint> Uses;
};

struct Block {
  int FirstInstruction;
  double Frequency; ///< relative to the entry block
  unsigned LoopDepth;
  std::vector<int> Successors; ///< indices of blocks in layout order
};

using Edge = std::pair<unsigned, unsigned>;

struct Problem {
  std::vector<unsigned> Shapes; ///< one an instruction: index into the module's instruction shapes
  std::vector<Block> Blocks;
  std::vector<Node> Nodes; ///< ascending by virtual register
  std::vector<Edge> Edges; ///< first < second, sorted
  std::vector<llvm::MCPhysReg> Reserved;
  llvm::DenseSet<llvm::Register> Given; ///< virtual ones that have their register already: no nodes
  int FirstSlot = 0;                    ///< stack objects from here on are the allocator's
  bool HasEHPads = false;
};

class InstructionShapes;
class TargetNames;

/// Reads the problem off the analyses. Computes the spill weights and hints, as every allocator of LLVM does first, so
/// that it may be called right before one runs.
Problem collectProblem(const Analyses &A, const Positions &P, const TargetNames &Names, InstructionShapes &Shapes);

} // namespace mlra

#endif
