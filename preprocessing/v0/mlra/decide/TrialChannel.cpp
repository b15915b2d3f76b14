//===- TrialChannel.cpp - The socket over which a search talks to the compiler --===//
#include "decide/TrialChannel.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace llvm;

namespace mlra {

/// A decision takes 20 bytes.
static constexpr size_t MostBytes = size_t(16) << 20;

std::string TrialChannel::check() const {
  int Kind = 0;
  socklen_t Size = sizeof Kind;
  if (getsockopt(Socket, SOL_SOCKET, SO_TYPE, &Kind, &Size))
    return "-mlra-trial=" + std::to_string(Socket) + ": " + strerror(errno) + "; pass the descriptor of an open socket";
  if (Kind != SOCK_STREAM)
    return "-mlra-trial=" + std::to_string(Socket) + " is no stream; pass one end of a socketpair of SOCK_STREAM";
  return "";
}

bool TrialChannel::give(std::string Why) {
  Problem = std::move(Why);
  close();
  return false;
}

bool TrialChannel::receive() {
  pollfd Wait{Socket, POLLIN, 0};
  int Ready = poll(&Wait, 1, PatienceSeconds > 0 ? static_cast<int>(PatienceSeconds * 1000) : -1);
  if (Ready < 0 && errno == EINTR)
    return true;
  if (Ready == 0)
    return give("no message came in time");
  char Chunk[65536];
  ssize_t Size = recv(Socket, Chunk, sizeof Chunk, 0);
  if (Size < 0 && errno == EINTR)
    return true;
  if (Size < 0)
    return give(std::string("the socket fails: ") + strerror(errno));
  if (Size == 0)
    return give(Received.empty() ? "" : "the last message has no end");
  Received.append(Chunk, static_cast<size_t>(Size));
  return Received.size() <= MostBytes || give("a message is longer than 16 MiB");
}

bool TrialChannel::read(std::string &Line) {
  if (!isOpen())
    return false;
  size_t End, From = 0;
  while ((End = Received.find('\n', From)) == std::string::npos) {
    From = Received.size();
    if (!receive())
      return false;
  }
  Line = Received.substr(0, End);
  Received.erase(0, End + 1);
  return true;
}

bool TrialChannel::write(StringRef Line) {
  std::string Whole = Line.str() + "\n";
  for (size_t Done = 0; isOpen() && Done < Whole.size();) {
    ssize_t Sent = send(Socket, Whole.data() + Done, Whole.size() - Done, MSG_NOSIGNAL);
    if (Sent < 0 && errno == EINTR)
      continue;
    if (Sent < 0)
      return give(errno == EPIPE ? "" : std::string("the socket fails: ") + strerror(errno));
    Done += static_cast<size_t>(Sent);
  }
  return isOpen();
}

void TrialChannel::close() {
  if (isOpen())
    ::close(Socket);
  Socket = -1;
}

} // namespace mlra
