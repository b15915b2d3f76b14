//===- LibraryFile.cpp - A library that is loaded when it is asked for ----===//
#include "run/LibraryFile.h"

#include <dlfcn.h>

namespace mlrun {

namespace {

/// The folder of the library that this code stands in, with a slash behind it; empty if the loader does not tell.
std::string ownFolder() {
  static const char Here = 0;
  Dl_info Found;
  if (!dladdr(&Here, &Found) || !Found.dli_fname)
    return "";
  const std::string Path = Found.dli_fname;
  return Path.substr(0, Path.rfind('/') + 1);
}

std::string lastError() {
  const char *Said = dlerror();
  return Said ? Said : "the loader says nothing";
}

} // namespace

void *loadLibrary(const std::string &Given, const std::vector<std::string> &Names, std::string &Wrong) {
  std::vector<std::string> Paths{Given};
  if (Given.empty()) {
    Paths.clear();
    for (const std::string &Folder : {ownFolder(), std::string()})
      for (const std::string &Name : Names)
        Paths.push_back(Folder + Name);
  }
  for (const std::string &Path : Paths) {
    if (void *Library = dlopen(Path.c_str(), RTLD_NOW | RTLD_LOCAL))
      return Library;
    if (const std::string Said = lastError(); Wrong.empty())
      Wrong = Said;
  }
  return nullptr;
}

void *findFunction(void *Library, const char *Name, std::string &Wrong) {
  void *Found = dlsym(Library, Name);
  if (!Found)
    Wrong = lastError();
  return Found;
}

} // namespace mlrun
