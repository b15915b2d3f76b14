//===- AddressParts.cpp - An address as an object and offsets -------------===//
#include "text/AddressParts.h"

#include "LLVMCompat.h"

#include "llvm/ADT/APInt.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Operator.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;
using namespace llvm::PatternMatch;

namespace mlra {

namespace {

constexpr unsigned MaxSteps = 64; ///< code that is never reached may go round in circles

/// An index as Scale * Of + Constant, modulo the width of an address.
struct LinearIndex {
  AddressIndex Index;
  int64_t Constant;
};

/// Takes `X + Constant` apart where that is the same sum in an address as in the index's own width.
bool takeConstant(const llvm::Value *&Of, AddressIndex::Widening By, int64_t &Constant) {
  const llvm::Value *Inner;
  const APInt *Added;
  if (!match(Of, m_Add(m_Value(Inner), m_APInt(Added))) && !match(Of, m_DisjointOr(m_Value(Inner), m_APInt(Added))))
    return false;
  const auto *Sum = dyn_cast<OverflowingBinaryOperator>(Of);
  if (Sum && By == AddressIndex::Widening::Signed && !Sum->hasNoSignedWrap())
    return false;
  if (Sum && By == AddressIndex::Widening::Unsigned && !Sum->hasNoUnsignedWrap())
    return false;
  Constant = By == AddressIndex::Widening::Unsigned ? Added->getZExtValue() : Added->getSExtValue();
  Of = Inner;
  return true;
}

int64_t times(int64_t X, const APInt &Factor) {
  return static_cast<int64_t>(static_cast<uint64_t>(X) * static_cast<uint64_t>(Factor.getSExtValue()));
}

/// Takes one widening, shift or factor off an index that is as wide as an address.
bool takeStep(AddressIndex &Index) {
  const llvm::Value *Inner;
  const APInt *Factor;
  if (Index.By != AddressIndex::Widening::None)
    return false;
  if (match(Index.Of, m_SExt(m_Value(Inner))))
    Index.By = AddressIndex::Widening::Signed;
  else if (match(Index.Of, m_ZExt(m_Value(Inner))))
    Index.By = AddressIndex::Widening::Unsigned;
  else if (match(Index.Of, m_Shl(m_Value(Inner), m_APInt(Factor))) && Factor->ult(32))
    Index.Scale = times(Index.Scale, APInt(64, uint64_t(1) << Factor->getZExtValue()));
  else if (match(Index.Of, m_Mul(m_Value(Inner), m_APInt(Factor))))
    Index.Scale = times(Index.Scale, *Factor);
  else
    return false;
  Index.Of = Inner;
  return true;
}

/// Looks through constants that are added and factors, as LLVM's basic alias analysis does.
LinearIndex linearIndex(const llvm::Value *Of, int64_t Scale, unsigned Width) {
  unsigned OwnWidth = Of->getType()->getScalarSizeInBits();
  LinearIndex Linear{{Of, AddressIndex::Widening::None, Scale}, 0};
  if (OwnWidth > Width)
    return Linear;
  if (OwnWidth < Width)
    Linear.Index.By = AddressIndex::Widening::Signed; // as `getelementptr` takes it
  int64_t Added;
  for (;;)
    if (takeConstant(Linear.Index.Of, Linear.Index.By, Added))
      Linear.Constant += times(Linear.Index.Scale, APInt(64, static_cast<uint64_t>(Added)));
    else if (!takeStep(Linear.Index))
      return Linear;
}

void addIndex(AddressParts &Parts, const AddressIndex &Index) {
  for (AddressIndex &Known : Parts.Indices)
    if (Known.Of == Index.Of && Known.By == Index.By) {
      Known.Scale += Index.Scale;
      return;
    }
  Parts.Indices.push_back(Index);
}

/// One step of `getelementptr`; of one whose offset cannot be told in bytes the pointer itself counts as index.
void addOffset(AddressParts &Parts, const GEPOperator &Step, const DataLayout &Layout) {
  unsigned Width = Layout.getIndexTypeSizeInBits(Step.getType());
  compat::VariableOffsets Variables;
  APInt Constant(Width, 0);
  if (!Step.collectOffset(Layout, Width, Variables, Constant)) {
    addIndex(Parts, {&Step, AddressIndex::Widening::None, 1});
    return;
  }
  Parts.Constant += Constant.getSExtValue();
  for (const auto &[Of, Scale] : Variables) {
    LinearIndex Linear = linearIndex(Of, Scale.getSExtValue(), Width);
    Parts.Constant += Linear.Constant;
    addIndex(Parts, Linear.Index);
  }
}

} // namespace

AddressParts addressParts(const llvm::Value &Address, const DataLayout &Layout) {
  AddressParts Parts;
  const llvm::Value *At = &Address;
  for (unsigned Steps = 0; Steps < MaxSteps; ++Steps) {
    if (const auto *Step = dyn_cast<GEPOperator>(At)) {
      addOffset(Parts, *Step, Layout);
      At = Step->getPointerOperand();
      continue;
    }
    const llvm::Value *Under = getUnderlyingObject(At, /*MaxLookup=*/1); // through what is no offset: casts, `returned`
    if (Under == At)
      break;
    At = Under;
  }
  Parts.Object = At;
  erase_if(Parts.Indices, [](const AddressIndex &Index) { return Index.Scale == 0; });
  return Parts;
}

} // namespace mlra
