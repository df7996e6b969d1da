import type { Sha256 } from "../../train/portable.js";

/** The right to write into a place, which one has at a time. */
export interface RunHold {
  /** Throws a UserError if the place is another's by now. */
  check(): Promise<void>;
  /** Gives the place free. */
  release(): Promise<void>;
}

/**
 * A place that holds one run, or a model: files under names such as `checkpoint/last.safetensors`. What can't be done
 * throws a UserError that names the file and the reason.
 */
export interface RunPlace {
  /** What the place is called in messages. */
  readonly name: string;
  /** What a file in it is called in messages. */
  at(file: string): string;
  /** A file's contents, or undefined if there is none. */
  read(file: string): Promise<Uint8Array | undefined>;
  /** Writes a file so that whoever reads it sees the old contents or the new, whole, whenever this is interrupted. */
  writeWhole(file: string, content: Uint8Array | string): Promise<void>;
  /** Removes a file, if it is there, for good before what is written next. */
  removeWhole(file: string): Promise<void>;
  /** Adds to a file: all of the text or, if there is no room, nothing. */
  append(file: string, text: string): Promise<void>;
  /** Copies a file unless there is one of the new name; says whether it did. */
  copyNew(file: string, to: string): Promise<boolean>;
  /** Makes a folder in it, or itself for an empty name; says whether it was missing. */
  makeFolder(folder: string): Promise<boolean>;
  /** Removes a folder, or itself for an empty name, if it is empty and can be. */
  removeFolder(folder: string): Promise<void>;
  /** Removes from a folder what writers left who were killed. */
  sweep(folder: string): Promise<void>;
  /** The names of all files in it, those in folders too, in order. */
  files(): Promise<readonly string[]>;
  /** Takes the right to write. Throws a UserError that names who has it. */
  hold(): Promise<RunHold>;
  readonly sha256: Sha256;
}

/** What UTF-8 says. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
