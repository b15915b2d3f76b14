//===- Features.cpp - What a model is told --------------------------------===//
#include "run/Features.h"

#include <utility>

namespace mlrun {

void Features::beginGroup(const std::string &Field, int64_t Id) {
  Open = static_cast<int>(Groups.size());
  Groups.push_back({Field, Id});
}

void Features::clear() {
  Tensors.clear();
  Groups.clear();
  Open = -1;
}

void Features::put(const std::string &Name, ElementType Type, Tensor::Form Kind, std::vector<int64_t> Shape,
                   const void *Values, size_t Bytes) {
  Tensor &Added = Tensors.emplace_back();
  Added.Name = Name;
  Added.Type = Type;
  Added.Kind = Kind;
  Added.Shape = std::move(Shape);
  Added.Group = Open;
  if (Bytes)
    Added.Raw.assign(static_cast<const char *>(Values), Bytes);
}

} // namespace mlrun
