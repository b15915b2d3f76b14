//===- Flags.h - Bits of the sums that a record holds ---------------------===//
//
// The numbers are those of rl4real_data/episodes/column_values.py; a unit test compares them.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RECORD_FLAGS_H
#define MLRA_RECORD_FLAGS_H

namespace mlra {

namespace OperandFlag {
constexpr unsigned Read = 1;
constexpr unsigned Write = 2;
constexpr unsigned Tied = 4;
constexpr unsigned PartialWrite = 8;
constexpr unsigned EarlyClobber = 16;
constexpr unsigned Undef = 32;
constexpr unsigned Dead = 64;
constexpr unsigned Implicit = 128;
} // namespace OperandFlag

namespace UseFlag {
constexpr unsigned Read = 1;
constexpr unsigned Write = 2;
constexpr unsigned Tied = 4;
constexpr unsigned PartialWrite = 8;
constexpr unsigned EarlyClobber = 16;
constexpr unsigned Copy = 32;
constexpr unsigned Terminator = 64;
constexpr unsigned Foldable = 128;
} // namespace UseFlag

namespace ValueFlag {
constexpr unsigned Merge = 1;
constexpr unsigned ImplicitDef = 2;
constexpr unsigned Rematerializable = 4;
constexpr unsigned Cheap = 8;
} // namespace ValueFlag

namespace BlockFlag {
constexpr unsigned Return = 1;
constexpr unsigned NoSuccessor = 2;
constexpr unsigned LandingPad = 4;
constexpr unsigned IndirectBranch = 8;
constexpr unsigned AsmGotoTarget = 16;
} // namespace BlockFlag

namespace FateFlag {
constexpr unsigned Split = 1;
constexpr unsigned Spilled = 2;
constexpr unsigned Rematerialized = 4;
constexpr unsigned Eliminated = 8;
} // namespace FateFlag

namespace ChangeFlag {
constexpr unsigned Gone = 1;
constexpr unsigned ReadsSlot = 2;
constexpr unsigned WritesSlot = 4;
constexpr unsigned Other = 8;
} // namespace ChangeFlag

} // namespace mlra

#endif
