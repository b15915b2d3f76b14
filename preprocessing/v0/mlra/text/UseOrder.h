//===- UseOrder.h - The order in which a register's operands are chained ------===//
//
// A virtual register's operands form a list whose order is an accident of the passes that made them. LLVM adds up spill
// weights along it, in float, so that another order is another rounding, and the allocator breaks near ties by it. A
// parser chains the operands in the order of the text; where the compilation had another order, the MIR text carries it
// as an attribute of the stub function, and the plugin restores it.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_TEXT_USEORDER_H
#define MLRA_TEXT_USEORDER_H

#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/VirtRegMap.h"

#include <string>

namespace mlra {

constexpr char UseOrderAttribute[] = "mlra-use-order";

/// `register:position,position,…` for each virtual register whose operands are not chained in the order of the text:
/// for each operand along the chain, its position among the register's operands in the text, debug operands left out.
/// Registers that were given before are none of the reader's virtual ones.
std::string describeUseOrder(const llvm::MachineFunction &MF, const llvm::VirtRegMap &VRM);

/// Chains the operands as the function's attribute says; does nothing for a function without it.
void restoreUseOrder(llvm::MachineFunction &MF);

} // namespace mlra

#endif
