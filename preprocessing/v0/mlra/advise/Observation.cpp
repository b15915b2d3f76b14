//===- Observation.cpp - What LLVM tells a learned advisor ----------------===//
#include "advise/Observation.h"

#include "llvm/Support/JSON.h"

using namespace llvm;

namespace mlra {

const FeatureTensor *FeatureLayout::named(StringRef Name) const {
  for (const FeatureTensor &T : Tensors)
    if (T.Name == Name)
      return &T;
  return nullptr;
}

static bool readTensor(const json::Value &Described, FeatureTensor &To) {
  const json::Object *Spec = Described.getAsObject();
  const json::Array *Shape = Spec ? Spec->getArray("shape") : nullptr;
  std::optional<StringRef> Name = Spec ? Spec->getString("name") : std::nullopt;
  std::optional<StringRef> Type = Spec ? Spec->getString("type") : std::nullopt;
  if (!Shape || !Name || !Type || !mlrun::typeOf(Type->str(), To.Type))
    return false;
  To.Name = Name->str();
  To.Count = 1;
  for (const json::Value &Extent : *Shape) {
    To.Shape.push_back(Extent.getAsInteger().value_or(0));
    To.Count *= To.Shape.back();
  }
  return To.Count > 0;
}

std::string readLayout(StringRef Line, FeatureLayout &To) {
  To = {Line.str(), {}, 0};
  Expected<json::Value> Parsed = json::parse(Line);
  if (!Parsed)
    return "LLVM's header is no JSON: " + toString(Parsed.takeError());
  const json::Object *Header = Parsed->getAsObject();
  const json::Array *Features = Header ? Header->getArray("features") : nullptr;
  if (!Features)
    return "LLVM's header has no features";
  for (const json::Value &Described : *Features) {
    FeatureTensor T;
    if (!readTensor(Described, T))
      return "LLVM's header describes a feature that this plugin does not know";
    T.Offset = To.Bytes;
    To.Bytes += T.bytes();
    To.Tensors.push_back(std::move(T));
  }
  return "";
}

} // namespace mlra
