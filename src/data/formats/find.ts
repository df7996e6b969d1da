import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../tensor/index.js";
import { errorCode, fileError } from "../files.js";
import { guessFile } from "../guess-file.js";
import { setOfMany } from "../many/arrays.js";
import { manyFiles } from "../many/files.js";
import { unpackedBeginning } from "./file.js";
import type { FoundArray, Place } from "./format.js";
import { type FoundSet, holdsTraining, listNames, makeSet } from "./found-set.js";
import { formats } from "./registry.js";

async function namesIn(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => !name.startsWith(".")).sort();
}

async function arraysAt(place: Place): Promise<FoundArray[]> {
  return (await Promise.all(formats.names.map((name) => formats.from(name).find(place)))).flat();
}

/** What the formats take, for messages. */
const readable = (): string => formats.names.map((name) => formats.from(name).files).join("; ");

const noHead = new Uint8Array(0);

function arraysInFolder(path: string, names: readonly string[]): Promise<FoundArray[]> {
  return arraysAt({ path, kind: "folder", names, head: noHead });
}

/** A folder below `dir` (two levels at most) that holds training examples, for a hint. */
async function findBelow(dir: string, names: readonly string[], levels: number): Promise<string | undefined> {
  for (const name of levels > 0 ? names.slice(0, 50) : []) {
    const below = join(dir, name);
    const inside = await namesIn(below).catch(() => undefined);
    if (inside === undefined) continue;
    if (holdsTraining(await arraysInFolder(below, inside).catch(() => []))) return below;
    const deeper = await findBelow(below, inside, levels - 1);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

async function nothingFound(dir: string, names: readonly string[]): Promise<UserError> {
  const below = await findBelow(dir, names, 2);
  const known = readable();
  const single = names.find((name) => /\.np[yz]$/i.test(name));
  const hint =
    below !== undefined
      ? `. There are some in ${below}: give that folder`
      : single === undefined
        ? ""
        : `. If ${single} holds the examples, give its own path: ${join(dir, single)}`;
  return new UserError(
    `${dir} holds no training images or other examples. Looked for ${known}; each also behind a prefix ` +
      `such as emnist-letters-; found: ${listNames(names)}${hint}`,
  );
}

/** The set of a single file, and what lies beside it that its folder's name would stand for. */
async function setOfFile(path: string): Promise<FoundSet> {
  const head = await unpackedBeginning(path, 64);
  const arrays = await arraysAt({ path, kind: "file", names: [], head });
  const [first] = arrays;
  if (first === undefined) {
    const known = readable();
    throw new UserError(`${path} is no data that can be read${guessFile(head)}. Readable are ${known}`);
  }
  const dir = dirname(path);
  const beside = await arraysInFolder(dir, await namesIn(dir)).catch(() => []);
  const own = beside.find(({ place }) => place === path || place.startsWith(`${path}: `));
  const rest = beside.filter(({ place, set, vague }) => {
    return (
      vague !== true &&
      own !== undefined &&
      set === own.set &&
      place !== path &&
      !place.startsWith(`${path}: `)
    );
  });
  const notes =
    own?.vague === true || rest.length === 0
      ? []
      : [
          `Only ${basename(path)} is used; ${listNames(rest.map(({ place }) => basename(place)))} beside it belong to ` +
            "the same data set: give the folder to use them all.",
        ];
  return makeSet(first.set, arrays, notes);
}

/**
 * Finds the arrays of the data set that a path means: a file; a folder; or a folder and the prefix of one of the
 * data sets in it, such as `./gzip/emnist-letters`.
 *
 * @throws UserError if there is no such place, nothing in it, more than one data set to choose from, or more than one
 * array for a part of it.
 */
export async function findArrays(path: string): Promise<FoundSet> {
  let names: string[];
  try {
    if (!(await stat(path)).isDirectory()) return await setOfFile(path);
    names = await namesIn(path);
  } catch (cause) {
    const many = errorCode(cause) === "ENOENT" ? await manyFiles(path) : undefined;
    if (many?.kind === "npy") return setOfMany(many);
    const chosen = errorCode(cause) === "ENOENT" ? await findPrefixed(path) : undefined;
    if (chosen !== undefined) return chosen;
    throw fileError(cause, `read the folder ${path}`);
  }
  const arrays = await arraysInFolder(path, names);
  const many = arrays.length === 0 ? await manyFiles(path) : undefined;
  if (many?.kind === "npy") return setOfMany(many);
  const prefixes = [...new Set(arrays.map(({ set }) => set))].sort();
  const of = (prefix: string): FoundArray[] => arrays.filter(({ set }) => set === prefix);
  const whole = prefixes.filter((prefix) => holdsTraining(of(prefix)));
  const [only, ...others] = whole;
  if (only === undefined) throw await nothingFound(path, names);
  if (others.length === 0) return makeSet(only, of(only), []);
  if (only === "") {
    const example = join(path, others[0] ?? "");
    return makeSet("", of(""), [
      `The folder holds the data set ${listNames(others)} too, which is not used: choose it by its name behind the ` +
        `folder's, as in ${example}.`,
    ]);
  }
  throw new UserError(
    `${path} holds several data sets (${whole.join(", ")}): ` +
      `choose one by its name behind the folder's, for example ${join(path, only)}`,
  );
}

async function findPrefixed(path: string): Promise<FoundSet | undefined> {
  const dir = dirname(path);
  const arrays = await arraysInFolder(dir, await namesIn(dir).catch(() => []));
  const own = arrays.filter(({ set }) => set === basename(path));
  return holdsTraining(own) ? makeSet(basename(path), own, []) : undefined;
}
