/** Files that a person has chosen or dropped in a browser. */
export {
  type DroppedEntry,
  type DroppedItem,
  filesFromDrop,
  type FilesFromDropOptions,
} from "./from-drop.js";
export { type FilesProgress, readFiles, type ReadFilesOptions } from "./read-files.js";
export type { PictureLabels } from "./names.js";
export type { FileLimits, PlacedFile, SomeFile } from "./some-file.js";
