//===- LibraryFile.h - A library that is loaded when it is asked for ------===//
#ifndef MLRA_RUN_LIBRARYFILE_H
#define MLRA_RUN_LIBRARYFILE_H

#include <string>
#include <vector>

namespace mlrun {

/// Loads `Given`, or without it the first of `Names`: beside this library, then where the loader looks.
///
/// Null, and in `Wrong` what the loader says, if there is none. A library stays loaded: nothing that has run threads or
/// handlers can be taken away again.
void *loadLibrary(const std::string &Given, const std::vector<std::string> &Names, std::string &Wrong);

/// The function `Name` of a loaded library; null, and `Wrong`, if it has none.
void *findFunction(void *Library, const char *Name, std::string &Wrong);

} // namespace mlrun

#endif
