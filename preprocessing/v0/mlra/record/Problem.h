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
  unsigned Flags = 0; ///< sum of UseFlags, over all operands of the register there
};

/// Half-open range of instruction indices. Instruction i is in a live range if the register holds a value right behind i,
/// or if i writes it and nobody reads that: so a register ends at the instruction that reads it last.
struct InstructionRange {
  int First;
  int Last;
};

/// One value number of a virtual register.
struct Value {
  int Definition; ///< instruction, or -1 - block for the start of a block
  unsigned Flags; ///< sum of ValueFlags
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
  std::vector<Value> Values; ///< in the order of the code, unused ones left out
};

struct BlockSuccessor {
  int Block; ///< index in layout order
  float Probability;
};

struct Block {
  int FirstInstruction;
  double Frequency; ///< relative to the entry block
  unsigned LoopDepth;
  std::vector<BlockSuccessor> Successors; ///< ascending
  unsigned Flags;                         ///< sum of BlockFlags
  int FirstSplit;                         ///< first instruction in front of which code may be placed
  int LastSplit;
};

/// One operand that names a node.
struct NodeOperand {
  int Instruction;
  unsigned Index; ///< among the instruction's operands
  int Node;
  unsigned SubReg;
  unsigned Flags; ///< sum of OperandFlags
};

/// One end of a copy: a physical register, or -1 - node.
struct CopyEnd {
  int Place;
  unsigned SubReg;
};

/// One copy from or to a node.
struct NodeCopy {
  int Instruction;
  CopyEnd To, From;
};

/// A register unit that is taken somewhere before allocation.
struct FixedUnit {
  unsigned Unit;
  std::vector<int> Live; ///< positions: first, last, first, last, …
};

/// A mask of clobbered registers that an instruction has.
struct MaskUse {
  int Instruction;
  int Mask; ///< one of the target's, or -1 - k for Preserved[k]
};

struct FixedRanges {
  std::vector<FixedUnit> Units; ///< ascending; left out: those of reserved registers, and of registers in no class
  std::vector<MaskUse> Masks;   ///< ascending by instruction
  std::vector<std::vector<llvm::MCPhysReg>> Preserved; ///< what survives each mask that is none of the target's

  bool survives(llvm::MCPhysReg Reg, int Mask, const llvm::TargetRegisterInfo &TRI) const;
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
  std::vector<NodeOperand> Operands; ///< in the order of the code
  std::vector<NodeCopy> Copies;      ///< ascending by instruction
  FixedRanges Fixed;
  std::vector<llvm::MCPhysReg> CalleeSaved; ///< in LLVM's order
};

class FoldTrials;
class InstructionShapes;
class TargetNames;

/// What is kept from function to function of a module.
struct ModuleMemory {
  const TargetNames &Names;
  InstructionShapes &Shapes;
  FoldTrials &Folds;
};

/// Reads the problem off the analyses. Computes the spill weights and hints, as every allocator of LLVM does first, so
/// that it may be called right before one runs.
Problem collectProblem(const Analyses &A, const Positions &P, const ModuleMemory &Memory);

} // namespace mlra

#endif
