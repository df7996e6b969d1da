/** What of this room works in browsers as in Node: nothing here reads files. */
export * from "./arrays.js";
export type { ArrayReading } from "./array-reading.js";
export * from "./binarize.js";
export {
  aDataset,
  asInput,
  type Dataset,
  type DatasetKind,
  describeDataset,
  type ExampleTensor,
  kindOf,
  makeSplit,
  rows,
  type Split,
  streamedParts,
  toFloats,
  type SplitName,
  splitNames,
} from "./dataset.js";
export { type Bytes, bytesOptions, withSchema } from "./byte-reading.js";
export { heldOutCount, holdOut } from "./hold-out.js";
export {
  classCount,
  hideLabels,
  learnLabels,
  requireLabels,
  unknownLabel,
} from "./labels.js";
export { type ChannelLayout, channelLayouts } from "./layout.js";
export {
  type BrokenPictures,
  brokenPictures,
  colourCode,
  colourOf,
  type PictureChoices,
  type PictureColour,
  pictureColours,
  type PictureFit,
  pictureFits,
  type PictureSettings,
  type PictureSize,
  sizeText,
} from "./pictures/settings.js";
export type { NumberArray, NumberType } from "./number-types.js";
export { decodeIdx, encodeIdx } from "./idx.js";
export { decodeNpy, encodeNpy, npyHeader } from "./npy.js";
export * from "./schema.js";
export type * from "./source.js";
export * from "./table/index.js";
export {
  learnSchema,
  type Standardization,
  standardizationOf,
  standardizations,
} from "./standardize.js";
export { pieces, range, readExamples, streamedSplit } from "./streamed.js";
export { Windows } from "./windows.js";
