import { fromArrays } from "./arrays.js";
import { loadFolder } from "./folder.js";
import { mnist } from "./mnist.js";
import { loadPictures } from "./pictures/index.js";
import { loadTable } from "./table/files/table-dataset.js";

export { cacheFolder } from "./cache.js";
export { type DownloadOptions, type DownloadProgress, download } from "./download.js";
export { type FolderOptions, isOfPictures, loadFolder } from "./folder.js";
export {
  type DataArray,
  type DataFormat,
  formats,
  type FoundArray,
  type Part,
  type Place,
} from "./formats/index.js";
export { errorCode, fileError, makeFolder, requireFolder } from "./files.js";
export { isRunning } from "./part-file.js";
export { headText, rowsText } from "./row-text.js";
export { readIdxFile, writeIdxFile } from "./idx-file.js";
export { MNIST_MIRRORS, type MnistOptions, mnist, packagedMnist } from "./mnist.js";
export { isPictureName, type PictureProgress, type PicturesOptions } from "./pictures/index.js";
export * from "./portable.js";
export {
  inferTableSchema,
  inspectTable,
  type InspectTableOptions,
  type TableInspection,
} from "./table/files/inspect-table.js";
export { isTable, isTableSource, openTable, openTablePart, tableMarks } from "./table/files/open-table.js";
export { type StrangeFound, strangeInAll, strangeNotes } from "./table/strange-rows.js";
export { hasIds, layoutFor, readFittedPart } from "./table/files/part-dataset.js";
export type { TableProgress } from "./table/followed.js";
export type { TableInput, TablePart } from "./table/table-input.js";
export type { TextTable as RowsOfText } from "./table/texts.js";
export { checkedQuery, isQuery } from "./table/files/query.js";
export { isPattern, manyFiles, type ManyFiles, isBeside, matching } from "./many/files.js";
export type { TableOptions } from "./table/files/table-dataset.js";
export { type RowsToWrite, writeTable, type WriteTableOptions } from "./table/files/write-table.js";
export { optionalPackage } from "./optional-package.js";
export { readIfThere, removeWhole, sweepParts, writeWhole } from "./whole-file.js";

/** The ways to come by a data set. */
export const datasets = {
  mnist,
  folder: loadFolder,
  pictures: loadPictures,
  table: loadTable,
  fromArrays,
} as const;
