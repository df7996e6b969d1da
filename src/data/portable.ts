/** What of this room works in browsers as in Node: nothing here reads files. */
export * from "./arrays.js";
export * from "./binarize.js";
export {
  type Dataset,
  type DatasetKind,
  describeDataset,
  type ExampleTensor,
  kindOf,
  makeSplit,
  rows,
  scaleOf,
  type Split,
  streamedParts,
  toFloats,
} from "./dataset.js";
export { holdOut } from "./hold-out.js";
export { type ChannelLayout, channelLayouts } from "./layout.js";
export type { NumberArray, NumberType } from "./number-types.js";
export { decodeIdx, encodeIdx } from "./idx.js";
export { decodeNpy, encodeNpy } from "./npy.js";
export type * from "./source.js";
export { pieces, range, readExamples, streamedSplit } from "./streamed.js";
export { Windows } from "./windows.js";
