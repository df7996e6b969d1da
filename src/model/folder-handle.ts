import { be } from "../tensor/index.js";

/** A file as browsers hand it out (`File`), as far as it is used. */
export interface StoredFile {
  readonly size: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly lastModified: number;
  arrayBuffer(): Promise<ArrayBuffer>;
  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** What writes a file: nothing is seen of it before `close`, and then all. */
export interface FileWriter {
  seek(position: number): Promise<void>;
  write(content: Uint8Array<ArrayBuffer> | string): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/** A file in a folder as browsers hand it out (`FileSystemFileHandle`), as far as it is used. */
export interface FileHandle {
  getFile(): Promise<StoredFile>;
  createWritable(options?: { keepExistingData?: boolean }): Promise<FileWriter>;
}

/**
 * A folder as browsers hand it out (`FileSystemDirectoryHandle`), as far as it is used: of the origin's private file system
 * (`navigator.storage.getDirectory()`), or one that the user has opened (`showDirectoryPicker({ mode: "readwrite" })`).
 */
export interface FolderHandle {
  readonly name: string;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandle>;
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<FolderHandle>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
  entries(): AsyncIterable<[string, { readonly kind: "file" | "directory" }]>;
}

/** A folder that is only read from. */
export interface ReadableFolder {
  readonly name: string;
  getFileHandle(name: string): Promise<{ getFile(): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }> }>;
}

/** Whether an error is a browser's of that name. */
export function isNamed(error: unknown, name: string): boolean {
  return typeof error === "object" && error !== null && (error as { name?: unknown }).name === name;
}

/** What a folder to write into must be. */
export const aWritableFolder = be.having(
  ["name", "getFileHandle", "getDirectoryHandle", "removeEntry", "entries"],
  'a folder\'s handle, such as await runStore().folder("first") gives',
);
