//===- ModelRunner.cpp - A model that is asked ----------------------------===//
#include "run/ModelRunner.h"

namespace mlrun {

ModelRunner::~ModelRunner() = default;

std::string ModelRunner::tell(const Features &, Deadline) { return ""; }

std::string ModelRunner::context(const std::string &, Deadline) { return ""; }

} // namespace mlrun
