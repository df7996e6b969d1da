import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../tensor/index.js";
import { errorCode, fileError } from "./files.js";

/** The part of a data set that a file belongs to. */
export type Part = "train" | "test" | "validation";

/** The files of one data set in a folder: paths by part. */
export interface IdxFiles {
  /** The prefix of the names, such as `emnist-letters`; empty for names without one. */
  readonly prefix: string;
  readonly images: ReadonlyMap<Part, string>;
  readonly labels: ReadonlyMap<Part, string>;
}

const namePattern =
  /^(?:(?<prefix>.+?)[-_.])?(?<part>train|t10k|test|validation|valid|val)[-_.](?<what>images|labels)(?:[-_.]idx\d*)?(?:[-_.](?:ubyte|byte|short|int|float|double))?(?:\.gz)?$/i;

/** NumPy's: `train-images.npy`, `train-labels.npy`, `train.npy` for images alone, `x_train.npy` and `y_train.npy`. */
const npyPattern =
  /^(?:(?<axis>[xy])[-_]|(?:(?<prefix>.+?)[-_.])?)(?<part>train|t10k|test|validation|valid|val)(?:[-_.](?<what>images|labels))?\.npy$/i;

/** What a file holds by its name, or undefined. */
function meaning(name: string): { prefix: string; part: string; what: string } | undefined {
  const { prefix = "", part, what } = namePattern.exec(name)?.groups ?? {};
  if (part !== undefined && what !== undefined) return { prefix, part, what };
  const npy = npyPattern.exec(name)?.groups;
  if (npy?.part === undefined) return undefined;
  const labels = npy.axis?.toLowerCase() === "y";
  return { prefix: npy.prefix ?? "", part: npy.part, what: npy.what ?? (labels ? "labels" : "images") };
}

const parts: Readonly<Record<string, Part>> = {
  train: "train",
  t10k: "test",
  test: "test",
  validation: "validation",
  valid: "validation",
  val: "validation",
};

/** Sorts the names in a folder into data sets; of a file both plain and gzipped, the plain one is taken. */
export function groupIdxNames(dir: string, names: readonly string[]): IdxFiles[] {
  const sets = new Map<string, { images: Map<Part, string>; labels: Map<Part, string> }>();
  const plainFirst = [...names].sort(
    (a, b) => Number(a.endsWith(".gz")) - Number(b.endsWith(".gz")) || (a < b ? -1 : 1),
  );
  for (const name of plainFirst) {
    const { prefix = "", part = "", what = "" } = meaning(name) ?? {};
    const split = parts[part.toLowerCase()];
    if (split === undefined) continue;
    const set = sets.get(prefix) ?? { images: new Map<Part, string>(), labels: new Map<Part, string>() };
    sets.set(prefix, set);
    const files = what.toLowerCase() === "images" ? set.images : set.labels;
    if (!files.has(split)) files.set(split, join(dir, name));
  }
  return [...sets].map(([prefix, set]) => ({ prefix, ...set }));
}

/** Names for a message: the first eight and how many more. */
function listNames(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
  return names.slice(0, 8).join(", ") + more;
}

async function namesIn(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => !name.startsWith(".")).sort();
}

/** A folder below `dir` (two levels at most) that holds training images, for a hint. */
async function findBelow(dir: string, names: readonly string[], levels: number): Promise<string | undefined> {
  for (const name of levels > 0 ? names.slice(0, 50) : []) {
    const below = join(dir, name);
    const inside = await namesIn(below).catch(() => undefined);
    if (inside === undefined) continue;
    if (groupIdxNames(below, inside).some((set) => set.images.has("train"))) return below;
    const deeper = await findBelow(below, inside, levels - 1);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

async function nothingFound(dir: string, names: readonly string[]): Promise<UserError> {
  const below = await findBelow(dir, names, 2);
  return new UserError(
    `${dir} holds no training images in idx form: looked for train-images-idx3-ubyte (and, as far as there ` +
      "are, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, or test-... for t10k-...; " +
      "also as train-images.idx3-ubyte, ending in .gz, or behind a prefix such as emnist-letters-), nor in NumPy's " +
      "(train-images.npy and so on); " +
      `found: ${listNames(names)}${below === undefined ? "" : `. There are some in ${below}: give that folder`}`,
  );
}

/**
 * Finds the idx files of the data set that a path means: a folder, or a folder and the prefix of one of the
 * data sets in it, such as `./gzip/emnist-letters`.
 *
 * @throws UserError if there is no such folder, nothing in it, or more than one data set to choose from.
 */
export async function findIdxFiles(path: string): Promise<IdxFiles> {
  let names: string[];
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new UserError(`${path} is a file, not a folder: give the folder that holds it, ${dirname(path)}`);
    }
    names = await namesIn(path);
  } catch (cause) {
    const chosen = errorCode(cause) === "ENOENT" ? await findPrefixed(path) : undefined;
    if (chosen !== undefined) return chosen;
    throw fileError(cause, `read the folder ${path}`);
  }
  const sets = groupIdxNames(path, names).filter((set) => set.images.has("train"));
  const [only, ...others] = sets;
  if (only === undefined) throw await nothingFound(path, names);
  if (others.length === 0) return only;
  const plain = sets.find((set) => set.prefix === "");
  if (plain !== undefined) return plain;
  throw new UserError(
    `${path} holds several data sets (${sets.map((set) => set.prefix).join(", ")}): ` +
      `choose one by its name behind the folder's, for example ${join(path, only.prefix)}`,
  );
}

async function findPrefixed(path: string): Promise<IdxFiles | undefined> {
  const dir = dirname(path);
  const names = await namesIn(dir).catch(() => []);
  return groupIdxNames(dir, names).find((set) => set.prefix === basename(path) && set.images.has("train"));
}
