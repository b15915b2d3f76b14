//===- OnnxApi.h - The function table of ONNX Runtime ---------------------===//
//
// The library hands out a table whose places never move: a release of the interface only adds some behind the last one.
// Those of version 1 are enough, and one of version 2 reads what a model says of itself. Opaque things are `void *`.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_RUN_ONNXAPI_H
#define MLRA_RUN_ONNXAPI_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace mlrun {

class OnnxApi {
public:
  using Handle = void *;

  /// Numbers in the order of the table.
  enum Place {
    GetErrorMessage = 2,
    CreateEnv = 3,
    CreateSession = 7,
    RunSession = 9,
    CreateSessionOptions = 10,
    SetIntraOpNumThreads = 24,
    SetInterOpNumThreads = 25,
    SessionGetInputCount = 30,
    SessionGetOutputCount = 31,
    SessionGetInputTypeInfo = 33,
    SessionGetOutputTypeInfo = 34,
    SessionGetInputName = 36,
    SessionGetOutputName = 37,
    CreateRunOptions = 39,
    RunOptionsSetTerminate = 46,
    RunOptionsUnsetTerminate = 47,
    CreateTensorWithDataAsOrtValue = 49,
    GetTensorMutableData = 51,
    CastTypeInfoToTensorInfo = 55,
    GetOnnxTypeFromTypeInfo = 56,
    GetTensorElementType = 60,
    GetDimensionsCount = 61,
    GetDimensions = 62,
    GetTensorTypeAndShape = 65,
    CreateCpuMemoryInfo = 69,
    AllocatorFree = 76,
    GetAllocatorWithDefaultOptions = 78,
    ReleaseEnv = 92,
    ReleaseStatus = 93,
    ReleaseMemoryInfo = 94,
    ReleaseSession = 95,
    ReleaseValue = 96,
    ReleaseRunOptions = 97,
    ReleaseTypeInfo = 98,
    ReleaseTensorTypeAndShapeInfo = 99,
    ReleaseSessionOptions = 100,
    SessionGetModelMetadata = 111,
    ModelMetadataLookupCustomMetadataMap = 116,
    ReleaseModelMetadata = 118,
  };

  /// "" or why there is no such library.
  std::string load(const std::string &Library);

  bool isLoaded() const { return Table; }

  /// Calls a function that returns a status; "" or what the library says.
  template <typename... Arguments> std::string call(Place Function, Arguments... Given) const {
    return message(at<Handle (*)(Arguments...)>(Function)(Given...));
  }

  void release(Place Function, Handle Thing) const {
    if (Thing)
      at<void (*)(Handle)>(Function)(Thing);
  }

private:
  template <typename F> F at(Place Function) const { return reinterpret_cast<F>(const_cast<void *>(Table[Function])); }

  std::string message(Handle Status) const;

  const void *const *Table = nullptr;
};

} // namespace mlrun

#endif
