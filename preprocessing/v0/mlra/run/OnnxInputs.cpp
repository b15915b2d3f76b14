//===- OnnxInputs.cpp - Features as the inputs of a model -----------------===//
#include "run/OnnxInputs.h"

#include "run/OnnxShape.h"

namespace mlrun {

namespace {

/// The feature of the input's name, or the only one for the first input; null if there is none.
const Tensor *featureFor(const Tensor &Input, bool IsFirst, const Features &Question) {
  for (const Tensor &Each : Question.tensors())
    if (Each.Name == Input.Name)
      return &Each;
  return IsFirst && Question.tensors().size() == 1 ? &Question.tensors().front() : nullptr;
}

Tensor oneOf(const Tensor &Input) {
  Tensor One;
  One.Name = Input.Name;
  One.Type = Input.Type;
  One.Shape = {1};
  const uint8_t Byte = 1;
  const int64_t Integer = 1;
  const float Float = 1;
  const double Double = 1;
  const void *Value = Input.Type == ElementType::Float    ? static_cast<const void *>(&Float)
                      : Input.Type == ElementType::Double ? static_cast<const void *>(&Double)
                      : sizeOf(Input.Type) > 1            ? static_cast<const void *>(&Integer) // little endian
                                                          : static_cast<const void *>(&Byte);
  One.Raw.assign(static_cast<const char *>(Value), sizeOf(Input.Type));
  return One;
}

std::string missing(const Tensor &Input, const Features &Question) {
  std::string Names;
  for (const Tensor &Each : Question.tensors())
    Names += (Names.empty() ? "" : ", ") + Each.Name;
  return "the model's input " + Input.Name + " is none of the features (" + Names + ")";
}

} // namespace

std::string OnnxInputs::fit(const Features &Question, const std::vector<Tensor> &Inputs, bool FillMissing) {
  Found.resize(Inputs.size());
  for (size_t I = 0; I < Inputs.size(); ++I) {
    Fitted &To = Found[I];
    To.As.Name = Inputs[I].Name;
    To.As.Type = Inputs[I].Type;
    To.As.Shape = Inputs[I].Shape;
    const Tensor *Feature = featureFor(Inputs[I], I == 0, Question);
    if (!Feature && !FillMissing)
      return missing(Inputs[I], Question);
    const Tensor One = Feature ? Tensor() : oneOf(Inputs[I]);
    if (std::string Wrong = mlrun::fit(Feature ? *Feature : One, To.As, To.Elements); !Wrong.empty())
      return Wrong;
    if (!Feature) { // it goes with this turn
      To.As.Raw = One.Raw;
      To.Elements = To.As.Raw.data();
    }
  }
  return "";
}

} // namespace mlrun
