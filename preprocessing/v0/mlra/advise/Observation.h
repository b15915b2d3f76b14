//===- Observation.h - What LLVM tells a learned advisor ------------------===//
#ifndef MLRA_ADVISE_OBSERVATION_H
#define MLRA_ADVISE_OBSERVATION_H

#include "run/Tensor.h"

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace mlra {

enum class TracedTask : unsigned char { Eviction, Priority };

/// One tensor of each observation; raw values, one behind the other.
struct FeatureTensor {
  std::string Name;
  mlrun::ElementType Type;
  std::vector<int64_t> Shape;
  size_t Count;
  size_t Offset;

  size_t bytes() const { return Count * mlrun::sizeOf(Type); }
};

/// How observations lie in memory, as LLVM describes it.
struct FeatureLayout {
  std::string Header; ///< the line that describes it
  std::vector<FeatureTensor> Tensors;
  size_t Bytes = 0;

  const FeatureTensor *named(llvm::StringRef Name) const;
};

/// Reads the line; what is wrong with it, or "".
std::string readLayout(llvm::StringRef Line, FeatureLayout &To);

/// The bytes of one decision, borrowed until the next one is asked for.
struct Observation {
  const FeatureLayout &Layout;
  const char *Raw;

  const char *values(const FeatureTensor &T) const { return Raw + T.Offset; }
};

} // namespace mlra

#endif
