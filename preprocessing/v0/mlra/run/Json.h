//===- Json.h - The little JSON that messages need ------------------------===//
//
// Written and read as Python's json module does it, which says NaN, Infinity and -Infinity for what JSON has no words.
// LLVM's own is not used: a runner is no part of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_JSON_H
#define MLRA_RUN_JSON_H

#include "run/Tensor.h"

namespace mlrun {

/// Appends `Text` in quotation marks; bytes that are no UTF-8 become U+FFFD.
void writeString(std::string &To, const std::string &Text);

/// Appends element `Index` as a number.
void writeNumber(std::string &To, const Tensor &Values, size_t Index);

/// The member `Key` of the object that `Text` is: a number, a boolean, a string, or a list of one kind of these.
///
/// Integers become Int64, a list with one real among its numbers Double. "" or what is wrong, and where.
std::string readMember(const std::string &Text, const std::string &Key, Tensor &To);

} // namespace mlrun

#endif
