//===- RecordedParts.h - A recorded answer, as it is carried out again ----------===//
//
// A parts file holds one JSON object a line:
//
//   {"function": "name", "instructions": 57, "assigned": [[12, "rbx"], …],
//    "parts": [[vreg, first, last, place], …], "choices": [[instruction, operand, vreg, register], …],
//    "moves": [[kind, instruction, block, vreg, from, to, value], …]}
//
// Of an episode: `assigned` are the nodes that have one register all their life, the rest are its columns of that name.
// A place is a register's name, "slot", or null for nowhere; the numbers are the columns'.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_DECIDE_RECORDEDPARTS_H
#define MLRA_DECIDE_RECORDEDPARTS_H

#include "record/Moves.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/MC/MCRegister.h"

#include <string>
#include <utility>
#include <vector>

namespace mlra {

/// A physical register's number, or one of these.
namespace RecordedPlace {
constexpr int Nowhere = 0;
constexpr int Slot = -1;
} // namespace RecordedPlace

struct RecordedPart {
  unsigned Register; ///< index of the virtual register
  PositionRange Range;
  int Place;
};

struct RecordedChoice {
  int Instruction;
  unsigned Operand; ///< among the instruction's
  unsigned Register;
  int Place;
};

struct RecordedMove {
  MoveKind Kind;
  int Instruction; ///< in front of which it lies
  int Block;
  unsigned Register;
  int From, To;
  int Value; ///< instruction whose result it computes, or -1
};

struct RecordedParts {
  std::string Function;
  int Instructions = 0;
  std::vector<std::pair<unsigned, int>> Assigned;
  std::vector<RecordedPart> Parts; ///< by register and first position
  std::vector<RecordedChoice> Choices;
  std::vector<RecordedMove> Moves; ///< in the order of the code
};

/// The function's name of a line, without reading the rest; empty if the line does not begin with it.
std::string functionOf(llvm::StringRef Line);

/// Reads a line. Returns what was expected and is not there, or "". `RegisterNamed` gives 0 for a name that nothing
/// has.
std::string parseParts(llvm::StringRef Line, llvm::function_ref<llvm::MCRegister(llvm::StringRef)> RegisterNamed,
                       RecordedParts &Result);

} // namespace mlra

#endif
