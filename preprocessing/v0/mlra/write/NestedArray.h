//===- NestedArray.h - Members of a record that are lists of lists --------===//
#ifndef MLRA_WRITE_NESTEDARRAY_H
#define MLRA_WRITE_NESTEDARRAY_H

namespace mlra {

/// `Put(Element)` writes the values of one element's list.
template <typename WriterT, typename RangeT, typename PutT>
void nestedArray(WriterT &J, const char *Name, const RangeT &Range, PutT Put) {
  J.array(Name, Range, [&](const auto &Element) {
    J.beginArray();
    Put(Element);
    J.endArray();
  });
}

} // namespace mlra

#endif
