//===- KeptMerges.cpp - Value numbers that merge nothing ------------------===//
#include "text/KeptMerges.h"

#include "record/Merges.h"
#include "text/OrderNotes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/IR/Function.h"

using namespace llvm;

namespace mlra {

namespace {

/// Gives a register a value of its own from the begin of some blocks on.
class MergeMaker {
public:
  MergeMaker(LiveIntervals &LIS, LiveInterval &LI) : LIS(LIS), LI(LI) {}

  /// Nothing happens where no value comes in.
  void make(const MachineBasicBlock &MBB) {
    SlotIndex Begin = LIS.getMBBStartIdx(&MBB);
    VNInfo *Old = LI.getVNInfoAt(Begin);
    if (!Old || Old->def == Begin)
      return;
    VNInfo *New = LI.getNextValue(Begin, LIS.getVNInfoAllocator());
    SmallVector<const MachineBasicBlock *, 8> Due{&MBB};
    while (!Due.empty()) {
      const MachineBasicBlock &Entered = *Due.pop_back_val();
      SlotIndex Start = LIS.getMBBStartIdx(&Entered);
      bool IsOld = LI.getVNInfoAt(Start) == Old && Old->def != Start; // where it begins it stays
      if (IsOld && replaceIn(Entered, New))
        append_range(Due, Entered.successors());
    }
  }

private:
  /// Replaces what comes into the block, as far as it lives there. Whether it leaves the block.
  bool replaceIn(const MachineBasicBlock &MBB, VNInfo *New) {
    SlotIndex Begin = LIS.getMBBStartIdx(&MBB), End = LIS.getMBBEndIdx(&MBB);
    SlotIndex Last = std::min(LI.getSegmentContaining(Begin)->end, End);
    LI.removeSegment(Begin, Last);
    LI.addSegment(LiveRange::Segment(Begin, Last, New));
    return Last == End;
  }

  LiveIntervals &LIS;
  LiveInterval &LI;
};

} // namespace

std::string describeKeptMerges(const MachineFunction &MF, const LiveIntervals &LIS) {
  std::string Description;
  std::vector<const MachineBasicBlock *> Layout;
  for (const MachineBasicBlock &MBB : MF)
    Layout.push_back(&MBB);
  for (unsigned Index = 0; Index < MF.getRegInfo().getNumVirtRegs(); ++Index) {
    Register Reg = Register::index2VirtReg(Index);
    if (!LIS.hasInterval(Reg))
      continue;
    const LiveInterval &LI = LIS.getInterval(Reg);
    Merges Kept(LIS, LI);
    SmallVector<unsigned, 4> Blocks;
    for (const VNInfo *Number : LI.valnos)
      if (Kept.isSuperfluous(Number))
        Blocks.push_back(find(Layout, LIS.getMBBFromIndex(Number->def)) - Layout.begin());
    if (Blocks.empty())
      continue;
    llvm::sort(Blocks);
    appendNumbers(Description, Index, Blocks);
  }
  return Description;
}

void restoreKeptMerges(MachineFunction &MF, LiveIntervals &LIS) {
  if (!MF.getFunction().hasFnAttribute(KeptMergesAttribute))
    return;
  std::vector<const MachineBasicBlock *> Layout;
  for (const MachineBasicBlock &MBB : MF)
    Layout.push_back(&MBB);
  StringRef Description = MF.getFunction().getFnAttribute(KeptMergesAttribute).getValueAsString();
  forEachNumbers(Description, [&](unsigned Index, ArrayRef<unsigned> Blocks) {
    Register Reg = Register::index2VirtReg(Index);
    if (Index >= MF.getRegInfo().getNumVirtRegs() || !LIS.hasInterval(Reg) || LIS.getInterval(Reg).hasSubRanges())
      return; // the text was edited
    MergeMaker Maker(LIS, LIS.getInterval(Reg));
    for (unsigned Block : Blocks)
      if (Block < Layout.size())
        Maker.make(*Layout[Block]);
  });
}

} // namespace mlra
