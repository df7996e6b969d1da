import { sizeOf, UserError } from "../../tensor/index.js";
import type { ArrayReading } from "../array-reading.js";
import { arraysDataset, openExamples, type ReadableArray } from "../arrays-dataset.js";
import { withSchema } from "../byte-reading.js";
import type { Dataset } from "../dataset.js";
import {
  type ArrayForm,
  beginningOf,
  beginsAsIdx,
  beginsAsNpy,
  headedArray,
} from "../formats/array-bytes.js";
import type { FoundArray } from "../formats/format.js";
import { type FoundSet, holdsTraining, lastName, makeSet } from "../formats/found-set.js";
import { type Meaning, meaningOfArray, meaningOfIdx } from "../formats/names.js";
import { storedIn, type Watch } from "./file-bytes.js";
import { type FileLimits, megabytes, type PlacedFile } from "./some-file.js";

const npyEnding = /\.npy(\.gz)?$/i;

/** An array in a file of a browser. */
export type DroppedArray = FoundArray<ReadableArray>;

function arrayIn(file: PlacedFile, form: ArrayForm, meant: Meaning, watch: Watch): DroppedArray {
  const open = async (): Promise<ReadableArray> => {
    const { stored, bytes } = await storedIn(file, watch);
    return headedArray(stored, bytes, form);
  };
  return { ...meant, place: file.path, open };
}

/** The arrays among files whose names say what they are, as in Node. */
export function arraysAmong(files: readonly PlacedFile[], watch: Watch): DroppedArray[] {
  return files.flatMap((file) => {
    const name = lastName(file.path);
    const npy = npyEnding.test(name);
    const meant = npy ? meaningOfArray(name.replace(npyEnding, "")) : meaningOfIdx(name);
    return meant === undefined ? [] : [arrayIn(file, npy ? "npy" : "idx", meant, watch)];
  });
}

/** A file by itself, which holds the training examples, if its first bytes say that it is an array. */
export async function arrayByItself(file: PlacedFile, watch: Watch): Promise<DroppedArray | undefined> {
  const { bytes } = await storedIn(file, { signal: watch.signal });
  const head = await beginningOf(bytes, 64).catch((): Uint8Array => new Uint8Array());
  const npy = beginsAsNpy(head) || npyEnding.test(file.path);
  if (!npy && !beginsAsIdx(head)) return undefined;
  const set = lastName(file.path).replace(npy ? npyEnding : /\.gz$/i, "");
  return arrayIn(file, npy ? "npy" : "idx", { set, part: "train", what: "examples" }, watch);
}

/** The set among arrays that is read. Throws a UserError if there are several to choose from. */
function chosen(arrays: readonly DroppedArray[]): FoundSet<ReadableArray> {
  const prefixes = [...new Set(arrays.map(({ set }) => set))].sort();
  const of = (prefix: string): DroppedArray[] => arrays.filter(({ set }) => set === prefix);
  const [only, ...others] = prefixes.filter((prefix) => holdsTraining(of(prefix)));
  if (only === undefined) throw new Error("no array is of training examples");
  if (others.length === 0) return makeSet(only, of(only), []);
  if (only === "") return makeSet("", of(""), [`Of ${others.join(", ")} nothing is used.`]);
  throw new UserError(
    `the files are of several data sets (${[only, ...others].join(", ")}): choose those of one of them`,
  );
}

/** The data set of arrays in files, as `datasets.folder` makes it of the same files. */
export async function readArrays(
  arrays: readonly DroppedArray[],
  root: string | undefined,
  options: ArrayReading,
  limits: FileLimits,
): Promise<Dataset> {
  const found = chosen(arrays);
  const opened = await openExamples(found);
  let bytes = 0;
  for (const { place, shape, dtype } of opened.values()) {
    bytes += sizeOf(shape) * (dtype === "uint8" ? 1 : 4);
    if (bytes <= limits.memory) continue;
    throw new UserError(
      `${place}: the examples take ${megabytes(bytes)} of memory, more than the ${megabytes(limits.memory)} that are allowed in a ` +
        "page: save fewer, allow more with limits: { memory }, or train with the command line, which streams them",
    );
  }
  const named = root ?? lastName(found.examples.get("train")?.place ?? "arrays");
  return withSchema(await arraysDataset(found, opened, options, { named }), options.bytes);
}
