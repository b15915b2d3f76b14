// Values that live into landing pads, through cleanups and out of loops that are left by an exception.
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

static int Alive;

struct Counted {
  Counted() { ++Alive; }
  ~Counted() { --Alive; }
};

template <typename T> __attribute__((noinline)) T checked(const std::vector<T> &Values, size_t Index) {
  Counted Here;
  if (Index >= Values.size())
    throw std::out_of_range("index " + std::to_string(Index) + " of " + std::to_string(Values.size()));
  return Values[Index];
}

__attribute__((noinline)) static long folded(const std::vector<long> &Values, long Start, long Factor, size_t Step) {
  long Sum = Start, Caught = 0, Kept = Factor * 3;
  for (size_t I = 0; I < Values.size() * 2; I += Step) {
    try {
      Counted First;
      Sum = Sum * Factor + checked(Values, I) - Kept;
      if (Sum % 5 == 0)
        throw static_cast<int>(Sum % 7);
    } catch (const std::out_of_range &Error) {
      Caught += static_cast<long>(std::string(Error.what()).size()) + Kept;
    } catch (int Small) {
      Caught ^= Small + Kept;
      if (Small == 3)
        continue;
    }
    Kept += Factor ^ static_cast<long>(I);
  }
  return Sum ^ (Caught << 20) ^ Kept;
}

__attribute__((noinline)) static int nested(int Depth, double Scale) {
  std::unique_ptr<Counted> Owned = std::make_unique<Counted>();
  if (!Depth)
    throw std::runtime_error(std::to_string(Scale));
  try {
    return nested(Depth - 1, Scale * 1.25) + 1;
  } catch (const std::runtime_error &Error) {
    if (Depth % 3 == 0)
      throw std::logic_error(std::string("deeper than ") + Error.what());
    throw;
  } catch (const std::logic_error &Error) {
    return static_cast<int>(std::string(Error.what()).size()) * Depth;
  }
}

static std::map<std::string, std::vector<int>> wordsOf(const std::string &Text) {
  std::map<std::string, std::vector<int>> Places;
  std::istringstream In(Text);
  std::string Word;
  for (int Place = 0; In >> Word; ++Place) {
    if (Word == "!")
      throw Place;
    std::transform(Word.begin(), Word.end(), Word.begin(), [](unsigned char C) { return std::tolower(C); });
    Places[Word].push_back(Place);
  }
  return Places;
}

int main() {
  std::vector<long> Values(40);
  std::iota(Values.begin(), Values.end(), 3);
  for (size_t Step : {1, 3, 7})
    std::printf("%ld\n", folded(Values, static_cast<long>(Step), 31, Step));
  for (int Depth : {2, 4, 7, 9})
    try {
      std::printf("%d\n", nested(Depth, 0.5));
    } catch (const std::exception &Error) {
      std::printf("%s\n", Error.what());
    }
  for (const char *Text : {"The cat and the dog and THE bird", "a ! b", ""})
    try {
      for (const auto &[Word, Places] : wordsOf(Text))
        std::printf("%s %zu %d\n", Word.c_str(), Places.size(), Places.back());
    } catch (int Place) {
      std::printf("stopped at %d\n", Place);
    }
  std::printf("%d alive\n", Alive);
}
