import type { TableFile } from "./schema.js";
import type { TextTable } from "./texts.js";

/** Rows read at a time. */
export const chunkRows = 16_384;

/** A table as it is read: its rows, as often as they are asked for, always in the same order. */
export interface TableInput {
  /** For messages: the file's path, or the query. */
  readonly place: string;
  readonly file: TableFile;
  readonly names: readonly string[];
  /** The types that columns are stored as, where the source says. */
  readonly stored?: readonly string[];
  readonly notes: readonly string[];
  /** What changes when the content does, such as size and time of the files. */
  readonly stamp: string;
  /** All rows in chunks. Throws a UserError that names place and line. */
  chunks(): AsyncIterable<TextTable>;
  close(): Promise<void>;
}
