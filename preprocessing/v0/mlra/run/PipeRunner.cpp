//===- PipeRunner.cpp - A model behind MLCompilerBridge's pipes -----------===//
#include "run/PipeRunner.h"

#include "run/FifoPair.h"
#include "run/Messages.h"

#include <algorithm>
#include <cstring>

namespace mlrun {

namespace {

/// Bytes that are made room for before they have come: a length alone must not cost memory.
constexpr size_t TrustedSize = 1 << 20;

class PipeRunner : public ModelRunner {
public:
  explicit PipeRunner(PipeOptions Given) : Options(std::move(Given)), Pipes(Options.Base) {}

  std::string open(Deadline Until) override {
    return Pipes.isOpen() ? "" : Pipes.open(std::min(Until, in(Options.ConnectLimit)));
  }

  std::string ask(const Features &Question, Advice &Answer, Deadline Until) override {
    Answer.Fields.clear();
    std::string Wrong = send(Question, Until);
    if (Wrong.empty())
      Wrong = receive(Until);
    if (Wrong.empty())
      Wrong = isJson() ? readJson(Payload, Answer) : readBytes(Payload, Answer);
    return settle(Wrong);
  }

  std::string tell(const Features &Words, Deadline Until) override { return settle(send(Words, Until)); }

  void close() override { Pipes.close(); }

private:
  bool isJson() const { return Options.Messages == PipeOptions::Format::Json; }

  std::string settle(const std::string &Wrong) {
    if (!Wrong.empty())
      close();
    return Wrong;
  }

  std::string send(const Features &Question, Deadline Until) {
    if (std::string Wrong = open(Until); !Wrong.empty())
      return Wrong;
    if (std::string Wrong = Pipes.expectSilence(); !Wrong.empty())
      return Wrong;
    Message.assign(sizeof(uint64_t), '\0');
    isJson() ? writeJson(Message, Question) : writeBytes(Message, Question);
    const uint64_t Length = Message.size() - sizeof(Length);
    if (Length > Options.MessageLimit)
      return tooLong("the question", Length);
    std::memcpy(&Message[0], &Length, sizeof(Length));
    return Pipes.write(Message, Until);
  }

  std::string receive(Deadline Until) {
    uint64_t Length = 0;
    if (std::string Wrong = Pipes.read(reinterpret_cast<char *>(&Length), sizeof(Length), Until); !Wrong.empty())
      return Wrong;
    if (Length == 0)
      return "the answer is empty";
    if (Length > Options.MessageLimit)
      return tooLong("the answer", Length);
    Payload.clear();
    while (Payload.size() < Length) {
      const size_t Done = Payload.size();
      Payload.resize(Done + std::min<size_t>(Length - Done, std::max(TrustedSize, Done)));
      if (std::string Wrong = Pipes.read(&Payload[Done], Payload.size() - Done, Until); !Wrong.empty())
        return Wrong;
    }
    return "";
  }

  std::string tooLong(const char *What, uint64_t Length) const {
    return std::string(What) + " has " + std::to_string(Length) + " bytes; at most " +
           std::to_string(Options.MessageLimit) + " are taken";
  }

  PipeOptions Options;
  FifoPair Pipes;
  std::string Message, Payload;
};

} // namespace

std::unique_ptr<ModelRunner> createPipeRunner(PipeOptions Options) {
  return std::make_unique<PipeRunner>(std::move(Options));
}

} // namespace mlrun
