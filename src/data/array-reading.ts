import { be, type ChecksOf } from "../catalogue/index.js";
import type { Bytes } from "./byte-reading.js";
import type { ChannelLayout } from "./layout.js";

/** How arrays of numbers become a data set, wherever they lie. */
export interface ArrayReading {
  /** The data set's name. Default: the files' prefix, such as `emnist-letters`, else the folder's name. */
  readonly name?: string;
  /**
   * Whether the images are stored with rows and columns exchanged, and are to be turned upright. Default: true
   * for files whose names begin with `emnist`, as the EMNIST files are stored so, false for all others.
   */
  readonly transposed?: boolean;
  /**
   * Where the channels of pictures are. Default: told from the shape, where that can be: channels first (PyTorch) if
   * the first of three dimensions is 1, 3 or 4 and the last isn't.
   */
  readonly layout?: ChannelLayout;
  /** Names of the classes, by label. */
  readonly classes?: readonly string[];
  /**
   * What bytes stand for: `unit`, x/255, or `plain`, the numbers themselves, as for counts. Default `auto`: x/255, unless
   * no byte is above 1; then they are 0 and 1, and `notes` says so.
   */
  readonly bytes?: Bytes;
  /**
   * Without a test split, whether nothing is held out for one: `test` is then the same as `train`, in the file's order, as
   * encoding and scoring all of a file want it. Default false.
   */
  readonly whole?: boolean;
}

export const arrayChecks = {
  name: be.text,
  transposed: be.boolean,
  layout: be.anything, // by `planLayout`
  classes: be.list(be.text, 0, '["cat", "dog"]'),
  bytes: be.anything, // by `withSchema`
  whole: be.boolean,
} as const satisfies ChecksOf<ArrayReading>;
