//===- TextFile.cpp - Writes a whole file ---------------------------------------===//
#include "write/TextFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace mlra {

std::string writeTextFile(StringRef Path, StringRef Text) {
  std::error_code Error;
  raw_fd_ostream OS(Path, Error, sys::fs::OF_None);
  if (!Error) {
    OS << Text;
    OS.close();
    Error = OS.error();
    OS.clear_error();
  }
  return Error ? ("cannot write " + Path + ": " + Error.message()).str() : "";
}

} // namespace mlra
