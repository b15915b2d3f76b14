//===- Vocabulary.h - Vectors of MIR2Vec's entities -----------------------===//
#ifndef MLRA_DECIDE_VOCABULARY_H
#define MLRA_DECIDE_VOCABULARY_H

#include "record/InstructionShapes.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

/// What a file of LLVM's JSON form, or of the RL4ReAl fork's text form, holds. The names are those of
/// rl4real_data/mir2vec/entities.py, and so are the vectors, to the last bit but for the order of additions.
class Vocabulary {
public:
  /// "" or what is wrong with the file.
  std::string read(llvm::StringRef Path);

  unsigned dimension() const { return Dimension; }

  /// OpcodeWeight times the opcode's vector and OperandWeight times the sum of the operands'; what has no entity adds
  /// zero.
  std::vector<float> vectorOf(const InstructionShapes::Shape &Shape) const;

  /// The RL4ReAl fork's, and those of recipe.toml.
  static constexpr double OpcodeWeight = 1.0;
  static constexpr double OperandWeight = 0.2;

private:
  using Vectors = llvm::StringMap<std::vector<float>>;

  std::string readJson(llvm::StringRef Text);
  std::string readText(llvm::StringRef Text);
  std::string insert(Vectors &Into, llvm::StringRef Name, std::vector<float> Vector);
  const std::vector<float> *operand(llvm::StringRef Entity) const;

  Vectors Opcodes;  ///< by base name
  Vectors Operands; ///< by kind, PhyReg_<class> or VirtReg_<class>; PhyReg_* stands for those that are not named
  unsigned Dimension = 0;
};

/// `ADD` for `ADD32rr`, as MIRVocabulary::extractBaseOpcodeName; names of LLVM 19 come out as LLVM 22's.
std::string baseOpcode(llvm::StringRef Name);

} // namespace mlra

#endif
