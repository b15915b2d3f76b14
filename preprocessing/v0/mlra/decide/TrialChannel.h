//===- TrialChannel.h - The socket over which a search talks to the compiler ----===//
#ifndef MLRA_DECIDE_TRIALCHANNEL_H
#define MLRA_DECIDE_TRIALCHANNEL_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlra {

/// A line a message, both ways. Once it is closed, by whomever, it stays closed.
class TrialChannel {
public:
  /// `Socket` was inherited; `PatienceSeconds` is how long a message may take to come, 0 for any time.
  TrialChannel(int Socket, double PatienceSeconds) : Socket(Socket), PatienceSeconds(PatienceSeconds) {}

  /// What makes the descriptor useless, or "".
  std::string check() const;

  bool isOpen() const { return Socket >= 0; }

  /// The next line without its end; false if there will be none, and `problem` then says why unless the other side
  /// closed between two messages.
  bool read(std::string &Line);

  bool write(llvm::StringRef Line);

  const std::string &problem() const { return Problem; }

  void close();

private:
  bool receive();
  bool give(std::string Why);

  int Socket;
  double PatienceSeconds;
  std::string Received;
  std::string Problem;
};

} // namespace mlra

#endif
