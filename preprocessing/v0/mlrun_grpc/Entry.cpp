//===- Entry.cpp - What the loader of this library calls ------------------===//
#include "GrpcSides.h"

/// The number is that of the interface: one that differs is another function, and not found.
extern "C" __attribute__((visibility("default"))) mlrun::ModelRunner *
mlrunCreateGrpcRunner1(const mlrun::GrpcOptions &Options) {
  const bool Serves = Options.Role == mlrun::GrpcOptions::Side::Server;
  return (Serves ? mlrun::createServer(Options) : mlrun::createClient(Options)).release();
}
