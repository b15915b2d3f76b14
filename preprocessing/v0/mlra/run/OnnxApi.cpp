//===- OnnxApi.cpp - The function table of ONNX Runtime -------------------===//
#include "run/OnnxApi.h"

#include "run/LibraryFile.h"

#include <cstdlib>

namespace mlrun {

namespace {

struct ApiBase {
  const void *const *(*GetApi)(uint32_t Version);
  const char *(*GetVersionString)();
};

constexpr uint32_t Version = 2;

} // namespace

std::string OnnxApi::load(const std::string &Given) {
  const char *Known = std::getenv("MLRUN_ONNXRUNTIME");
  std::string Wrong;
  void *Library =
      loadLibrary(Given.empty() && Known ? Known : Given, {"libonnxruntime.so", "libonnxruntime.so.1"}, Wrong);
  void *Entry = Library ? findFunction(Library, "OrtGetApiBase", Wrong) : nullptr;
  if (!Entry)
    return "ONNX Runtime does not load: " + Wrong;
  const ApiBase *Base = reinterpret_cast<const ApiBase *(*)()>(Entry)();
  Table = Base ? Base->GetApi(Version) : nullptr;
  return Table ? "" : "this ONNX Runtime has no version " + std::to_string(Version) + " of its C interface";
}

std::string OnnxApi::message(Handle Status) const {
  if (!Status)
    return "";
  const std::string Said = at<const char *(*)(Handle)>(GetErrorMessage)(Status);
  release(ReleaseStatus, Status);
  return "ONNX Runtime: " + (Said.empty() ? "an error without words" : Said);
}

} // namespace mlrun
