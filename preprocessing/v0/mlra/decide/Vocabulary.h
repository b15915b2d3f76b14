//===- Vocabulary.h - Vectors of MIR2Vec's entities -----------------------===//
#ifndef MLRA_DECIDE_VOCABULARY_H
#define MLRA_DECIDE_VOCABULARY_H

#include "record/InstructionShapes.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
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
  std::vector<float> vectorOf(const InstructionShapes::Shape &Shape);

  /// What is wrong with a vector that was looked up; "" so far. Vectors are read when they are.
  const std::string &problem() const { return Problem; }

  /// The RL4ReAl fork's, and those of recipe.toml.
  static constexpr double OpcodeWeight = 1.0;
  static constexpr double OperandWeight = 0.2;

private:
  struct Entry {
    llvm::StringRef Text;
    std::vector<float> Values; ///< none before it is looked up
  };
  using Vectors = llvm::StringMap<Entry>;

  std::string readJson(llvm::StringRef Text);
  std::string readText(llvm::StringRef Text);
  std::string insert(Vectors &Into, llvm::StringRef Name, llvm::StringRef Text);
  const std::vector<float> *find(Vectors &Among, llvm::StringRef Name);
  const std::vector<float> *operand(llvm::StringRef Entity);

  Vectors Opcodes;  ///< by base name
  Vectors Operands; ///< by kind, PhyReg_<class> or VirtReg_<class>; PhyReg_* stands for those that are not named
  unsigned Dimension = 0;
  std::unique_ptr<llvm::MemoryBuffer> File; ///< what the entries refer to
  std::string Problem;
};

/// `ADD` for `ADD32rr`, as MIRVocabulary::extractBaseOpcodeName; names of LLVM 19 come out as LLVM 22's.
std::string baseOpcode(llvm::StringRef Name);

} // namespace mlra

#endif
