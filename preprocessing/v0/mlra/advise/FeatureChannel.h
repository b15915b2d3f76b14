//===- FeatureChannel.h - LLVM's interactive channel, held at both ends ---===//
//
// The features of LLVM's learned advisors are computed by LLVM alone: they look into the allocator. Where an advisor
// is on its interactive channel it writes them into one file and reads its answer from another. Here both files are
// memory of this process: the answers lie there before they are read, and what was written is looked at in place.
//
//===----------------------------------------------------------------------===//
#ifndef MLRA_ADVISE_FEATURECHANNEL_H
#define MLRA_ADVISE_FEATURECHANNEL_H

#include "advise/Observation.h"

#include <string>

namespace mlra {

class FeatureChannel {
public:
  /// `Answer`: what LLVM reads for each of its questions.
  explicit FeatureChannel(std::string Answer) : Answer(std::move(Answer)) {}
  ~FeatureChannel();
  FeatureChannel(const FeatureChannel &) = delete;

  /// Makes the two files, `base()`.in and `base()`.out. Returns what went wrong, or "".
  std::string open();
  const std::string &base() const { return Base; }

  /// Once LLVM has opened both; their names are then gone.
  std::string opened();

  /// Before each question: there is an answer to read.
  std::string prepare();

  /// What LLVM has asked since the last call; null if nothing, or if something went wrong.
  const char *next(std::string &Problem);

  const FeatureLayout &layout() const { return Layout; }

private:
  std::string map();
  void unmap();
  void removeNames();
  llvm::StringRef line() const;

  std::string Answer, Folder, Base;
  int In = -1, Out = -1;
  char *Window = nullptr;
  size_t WindowBegin = 0; ///< where in the file the window begins
  size_t Position = 0;    ///< in the window: what LLVM writes next
  size_t Prepared = 0, Asked = 0;
  FeatureLayout Layout;
};

} // namespace mlra

#endif
