//===- GrpcRunner.cpp - A model behind gRPC -------------------------------===//
#include "run/GrpcRunner.h"

#include "run/LibraryFile.h"

namespace mlrun {

namespace {

/// Loads the library that has gRPC, and hands on to it.
class GrpcLoader : public ModelRunner {
public:
  explicit GrpcLoader(GrpcOptions Given) : Options(std::move(Given)) {}

  std::string open(Deadline Until) override {
    std::string Wrong = load();
    return Wrong.empty() ? Real->open(Until) : Wrong;
  }

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override {
    std::string Wrong = load();
    return Wrong.empty() ? Real->ask(Question, Answer, Until) : Wrong;
  }

  std::string tell(const Features &Words, Deadline Until) override {
    std::string Wrong = load();
    return Wrong.empty() ? Real->tell(Words, Until) : Wrong;
  }

  void close() override {
    if (Real)
      Real->close();
  }

private:
  std::string load() {
    if (Real)
      return "";
    std::string Wrong;
    void *Library = loadLibrary(Options.Library, {"libmlrun-grpc.so"}, Wrong);
    void *Entry = Library ? findFunction(Library, "mlrunCreateGrpcRunner1", Wrong) : nullptr;
    if (!Entry)
      return "gRPC does not load: " + Wrong;
    Real.reset(reinterpret_cast<ModelRunner *(*)(const GrpcOptions &)>(Entry)(Options));
    return "";
  }

  GrpcOptions Options;
  std::unique_ptr<ModelRunner> Real;
};

} // namespace

std::unique_ptr<ModelRunner> createGrpcRunner(GrpcOptions Options) {
  return std::make_unique<GrpcLoader>(std::move(Options));
}

} // namespace mlrun
