import type { ExampleTensor, SplitName } from "../dataset.js";
import type { NumberType } from "../number-types.js";
import type { ExampleSource } from "../source.js";

/** The part of a data set that an array belongs to. */
export type Part = SplitName;

/** What a user gave as data: a file or a folder. */
export interface Place {
  readonly path: string;
  readonly kind: "file" | "folder";
  /** The names in a folder in alphabetical order, without hidden ones; empty for a file. */
  readonly names: readonly string[];
  /** The first bytes of a file, unpacked if it is gzipped. */
  readonly head: Uint8Array;
}

/** An array that a format found at a place, which nothing has been read of but its name. */
export interface FoundArray<A = DataArray> {
  /** The data set that it belongs to, such as `emnist-letters`; empty for those whose names say none. */
  readonly set: string;
  readonly part: Part;
  readonly what: "examples" | "labels";
  /** For messages: the path of its file, and its name in it if there are several. */
  readonly place: string;
  /** Whether its name says little, such as `data.npy`, so that it counts only where no other name says more. */
  readonly vague?: boolean;
  /** Reads its header. Throws a UserError that names the place. */
  open(): Promise<A>;
}

/** An array whose header has been read. */
export interface DataArray {
  /** For messages. */
  readonly place: string;
  /** `[examples, ...shape]`. */
  readonly shape: readonly number[];
  /** The number type there. */
  readonly type: NumberType;
  /** The number type as examples. */
  readonly dtype: "uint8" | "float32";
  /** Why its examples can't be read one by one, and what to do, as the end of a message; undefined if they can. */
  readonly whole: string | undefined;
  /** The examples where they are; only if `whole` is undefined. */
  source(): ExampleSource;
  /** All of it as examples, in shared memory. Throws a UserError that names the place. */
  read(): Promise<ExampleTensor>;
  /** All of it as class numbers. Throws a UserError that names the place. */
  labels(): Promise<Int32Array>;
  /** Names of the classes by label, where the format has them. */
  readonly classes?: readonly string[];
}

/** A form in which data sets are kept. */
export interface DataFormat {
  /** A few words on which files it takes, for messages: `NumPy arrays (train.npy, ...)`. */
  readonly files: string;
  /** The arrays of this format at a place; none if there are none. May read the directory of an archive. */
  find(place: Place): Promise<readonly FoundArray[]>;
}
