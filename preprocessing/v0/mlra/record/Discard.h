//===- Discard.h - An empty function in place of a recorded one ----------------===//
#ifndef MLRA_RECORD_DISCARD_H
#define MLRA_RECORD_DISCARD_H

namespace llvm {
class AnalysisUsage;
class MachineFunction;
class Pass;
} // namespace llvm

namespace mlra {

/// Whether no other function looks at a body: it does when registers are allocated across functions (-enable-ipra).
bool canDiscard();

/// Leaves one empty block of the function, as if its body were `unreachable`: rewriting, late scheduling, block placement
/// and printing then cost nothing. For a compilation whose output nobody reads: what only the assembler would refuse (a body of
/// inline assembly) is not noticed.
void discardBody(llvm::MachineFunction &MF);

/// What a pass needs that allocates like `Allocator` and then discards the body: the same analyses, none of them kept.
void discardingUsage(const llvm::Pass &Allocator, llvm::AnalysisUsage &AU);

} // namespace mlra

#endif
