//===- ModelRegisters.h - The registers that a model's columns stand for --===//
#ifndef MLRA_DECIDE_MODELREGISTERS_H
#define MLRA_DECIDE_MODELREGISTERS_H

#include "decide/RegisterColumns.h"
#include "run/OnnxRunner.h"

#include <optional>

namespace mlra {

/// Of an open model: those of its metadata "mlra.registers", a JSON list of names; without that the target's. "" or
/// what is wrong with the list; `Columns` is then as it was.
std::string findModelRegisters(const mlrun::OnnxRunner &Model, const llvm::MachineFunction &MF,
                               std::optional<RegisterColumns> &Columns);

} // namespace mlra

#endif
