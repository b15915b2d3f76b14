//===- Model.h - What stands in an ONNX file ------------------------------===//
//
// Names and elements lie in the file's bytes, which must outlive the model. Fields that are not known are passed over,
// but for those that would change what is computed: such a model says that it is not all here.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ONNX_MODEL_H
#define MLRA_ONNX_MODEL_H

#include "onnx/Value.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlonnx {

using Words = std::string_view;

/// A tensor as the file has it: little endian in `Raw`, or as the content of typed fields in `Typed`.
struct StoredTensor {
  Words Name;
  uint64_t Type = 0; ///< ONNX's number
  std::vector<int64_t> Dims;
  Words Raw;
  struct Part {
    uint64_t Key;
    bool IsPacked;
    Words Content;
    uint64_t Value;
  };
  std::vector<Part> Typed;
  bool IsElsewhere = false; ///< in another file

  /// Copies the elements; a fault if they are not as many as the dimensions say, or of a type that is not known.
  Fault load(Memory &From, Value &To) const;
};

struct Attribute {
  enum Kind { Other, Real, Integer, Text, Tensor, Reals, Integers };

  Words Name;
  Kind Form = Other;
  float RealValue = 0;
  int64_t IntegerValue = 0;
  Words TextValue;
  StoredTensor TensorValue;
  std::vector<float> RealValues;
  std::vector<int64_t> IntegerValues;
};

struct Node {
  Words Name, Operator, Domain;
  std::vector<Words> Inputs, Outputs; ///< an empty name: left out
  std::vector<Attribute> Attributes;
};

/// An input or output of the model; a dimension that is not fixed is -1.
struct Port {
  Words Name;
  uint64_t Type = 0; ///< 0: no tensor, or not told
  bool HasShape = false;
  std::vector<int64_t> Dims;
};

struct Model {
  int64_t Opset = 0;
  std::string Beyond; ///< what else it has, without which it would be another model; empty: nothing
  std::vector<Node> Nodes;
  std::vector<StoredTensor> Constants;
  std::vector<Port> Inputs, Outputs; ///< as they stand there: an input may have a constant of its name
  std::map<std::string, std::string> Metadata;

  /// "" or why `File` is no model.
  std::string read(Words File);
};

} // namespace mlonnx

#endif
