//===- PolicyDump.cpp - What a policy is told, as lines of JSON ----------------===//
#include "decide/PolicyDump.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

#include <cmath>

using namespace llvm;

namespace mlra {

std::string PolicyDump::open(StringRef Path) {
  std::error_code Error;
  OS = std::make_unique<raw_fd_ostream>(Path, Error, sys::fs::OF_Text);
  if (!Error)
    return "";
  OS.reset();
  return "cannot write " + Path.str() + ": " + Error.message();
}

void PolicyDump::write(StringRef Function, const mlrun::Features &Told) {
  if (!OS)
    return;
  *OS << "{\"function\":" << json::Value(json::fixUTF8(Function));
  for (const mlrun::Tensor &T : Told.tensors()) {
    *OS << ",\"" << T.Name << "\":{\"shape\":[";
    for (size_t I = 0; I < T.Shape.size(); ++I)
      *OS << (I ? "," : "") << T.Shape[I];
    *OS << "],\"values\":[";
    for (size_t I = 0; I < T.count(); ++I) {
      *OS << (I ? "," : "");
      if (!isReal(T.Type))
        *OS << T.integer(I);
      else if (std::isfinite(T.real(I)))
        *OS << format("%.9g", T.real(I));
      else
        *OS << (std::isnan(T.real(I)) ? "NaN" : T.real(I) > 0 ? "Infinity" : "-Infinity"); // Python's own
    }
    *OS << "]}";
  }
  *OS << "}\n";
  OS->flush();
}

} // namespace mlra
