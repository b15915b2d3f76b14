//===- ModelMetadata.h - What an ONNX file says of itself ---------------------===//
#ifndef MLRA_DECIDE_MODELMETADATA_H
#define MLRA_DECIDE_MODELMETADATA_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

struct ModelMetadata {
  std::vector<std::string> Inputs;    ///< names of the tensors that the model wants
  std::vector<std::string> Registers; ///< of the entry "mlra.registers"; none if there is no such entry

  bool wants(llvm::StringRef Input) const;
};

/// "" or what is wrong with the file.
std::string readMetadata(llvm::StringRef Path, ModelMetadata &Found);

} // namespace mlra

#endif
