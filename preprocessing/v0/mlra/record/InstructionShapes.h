//===- InstructionShapes.h - Distinct instructions: opcode and operand kinds ---===//
//
// A module's instructions have few distinct shapes (the 68,138 instructions of Lua have 1,143), so a record names each
// instruction by the index of its shape, and a shape is spelled out in the record of the function that met it first.
//
// The names are the entities of LLVM 22's MIR2Vec (llvm/CodeGen/MIR2Vec.h), the same on every release: an operand is its
// kind, or PhyReg_<minimal class> or VirtReg_<class>. The opcode is kept whole (ADD32rr); its base name (ADD) is for the
// reader to derive.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_INSTRUCTIONSHAPES_H
#define MLRA_RECORD_INSTRUCTIONSHAPES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/VirtRegMap.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace mlra {

class InstructionShapes {
public:
  /// Index of the instruction's shape within the module; a new shape gets the next index.
  unsigned indexOf(const llvm::MachineInstr &MI, const llvm::VirtRegMap &VRM);

  /// The shapes that were met for the first time since the last call.
  struct Shape {
    std::string Opcode;
    std::vector<std::string> Operands;
  };
  std::vector<Shape> takeNew();

  /// Whether a name is that of a kind of operands that are no registers.
  static bool isOperandKind(llvm::StringRef Name);

private:
  Shape describe(const llvm::MachineInstr &MI, const llvm::VirtRegMap &VRM) const;

  std::unordered_map<std::string, unsigned> IndexOfKey;  ///< by opcode, operand kinds, registers and classes
  std::unordered_map<std::string, unsigned> IndexOfText; ///< by what a shape is made of
  std::vector<Shape> New;
  std::string Key; ///< kept for its memory
};

} // namespace mlra

#endif
