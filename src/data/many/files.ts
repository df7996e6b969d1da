import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../tensor/index.js";
import { meaningOfArray } from "../formats/names.js";
import { fileError } from "../files.js";
import { isInside, linkedOutside } from "../inside.js";

/** Files that are one data set, one behind the other. */
export interface ManyFiles {
  /** The folder, or the pattern with its folder: the full path. */
  readonly place: string;
  /** Their paths in the order of their names' characters; at least one. */
  readonly paths: readonly string[];
  readonly kind: FileKind;
}

const kinds = {
  parquet: /\.(parquet|pq)$/i,
  text: /\.(csv|tsv|tab|txt|data|dat)(\.gz)?$/i,
  json: /\.(json|jsonl|ndjson)(\.gz)?$/i,
  npy: /\.npy(\.gz)?$/i,
} as const;

/** What can lie in many files. */
export type FileKind = keyof typeof kinds;

const kindNames = Object.keys(kinds) as FileKind[];

const kindOfName = (name: string): FileKind | undefined => kindNames.find((kind) => kinds[kind].test(name));

const wild = /[*?]/;

/** Whether a path ends in a pattern of names, such as `parts/*.parquet`; one that is there by that very name is none. */
export async function isPattern(path: string): Promise<boolean> {
  return wild.test(basename(path)) && (await stat(path).catch(() => undefined)) === undefined;
}

/** Names that match a pattern, in which `*` stands for any characters and `?` for one. */
export function matching(pattern: string, names: readonly string[]): string[] {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const all = new RegExp(`^${source}$`, "su");
  return names.filter((name) => all.test(name));
}

/** Names that are no data: hidden ones, and marks such as `_SUCCESS` that other programs leave beside. */
export const isBeside = (name: string): boolean => /^[._]/.test(name);

const inOrder = (names: readonly string[]): string[] => [...names].sort((a, b) => (a < b ? -1 : 1));

/** The one kind that all files have. Throws a UserError that names two that differ; undefined if some are of no kind. */
function oneKind(place: string, names: readonly string[]): FileKind | undefined {
  const [first = ""] = names;
  const kind = kindOfName(first);
  if (kind === undefined || names.some((name) => kindOfName(name) === undefined)) return undefined;
  const other = names.find((name) => kindOfName(name) !== kind);
  if (other === undefined) return kind;
  throw new UserError(
    `${place} has files of several kinds, such as ${first} and ${other}; name those that are meant by a pattern, such as ` +
      `"${join(place, `*${/\.[^.]+$/.exec(first)?.[0] ?? ""}`)}"`,
    2,
  );
}

/** Throws the UserError for tables whose names say that they are parts of a data set, not pieces of one. */
function requireNoParts(place: string, names: readonly string[]): void {
  const apart = names.find((name) => {
    const meant = meaningOfArray(name.replace(/\..*$/, ""));
    return meant !== undefined && meant.part !== "train";
  });
  if (names.length === 1 || apart === undefined) return;
  throw new UserError(
    `${place} has ${apart} beside other tables, which is not read as one table with them: name the file that is meant, such as ` +
      join(place, names.find((name) => name !== apart) ?? apart),
    2,
  );
}

/** The paths of files in a folder. Throws the UserError for a link that leads out of it. */
async function pathsIn(folder: string, names: readonly string[]): Promise<string[]> {
  const root = await realpath(folder);
  const paths: string[] = [];
  for (const name of names) {
    const path = resolve(folder, name);
    const target = await realpath(path).catch((cause: unknown) => {
      throw fileError(cause, `read ${path}`);
    });
    if (!isInside(target, root)) throw linkedOutside(join(folder, name), target);
    paths.push(path);
  }
  return paths;
}

/** The files of a folder if it holds nothing else than files of data; undefined if it does, or is no folder. */
async function inFolder(path: string): Promise<ManyFiles | undefined> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const own = entries.filter(({ name }) => !isBeside(name));
  if (own.length === 0 || own.some((entry) => entry.isDirectory())) return undefined;
  const names = inOrder(own.map(({ name }) => name));
  if (names.some((name) => kindOfName(name) === undefined)) return undefined;
  // what arrays are, and what lies beside them, is told by their names
  if (names.some((name) => kindOfName(name) === "npy") && names.some((name) => kindOfName(name) !== "npy"))
    return undefined;
  const kind = oneKind(path, names);
  if (kind !== "npy") requireNoParts(path, names);
  return kind && { place: resolve(path), paths: await pathsIn(path, names), kind };
}

async function byPattern(path: string): Promise<ManyFiles> {
  const [folder, pattern] = [dirname(path), basename(path)];
  const names = await readdir(folder).catch((cause: unknown) => {
    throw fileError(cause, `read ${folder}`);
  });
  const own = inOrder(
    matching(
      pattern,
      names.filter((name) => !isBeside(name)),
    ),
  );
  if (own.length === 0)
    throw new UserError(
      `no file in ${folder} is named like "${pattern}": check the pattern and the folder`,
      2,
    );
  const kind = oneKind(folder, own);
  if (kind !== undefined) return { place: resolve(path), paths: await pathsIn(folder, own), kind };
  const other = own.find((name) => kindOfName(name) === undefined) ?? "";
  throw new UserError(
    `${join(folder, other)} is named like "${pattern}", but many files are read of .parquet, .csv, .tsv, .jsonl, .json and .npy only`,
    2,
  );
}

/**
 * The files that a path stands for: those of a folder which holds tables or NumPy arrays and nothing else, or those whose names
 * match a pattern in the last part of the path. Undefined for anything else.
 *
 * @throws UserError naming the folder: no file matches, or they are of several kinds
 */
export async function manyFiles(path: string): Promise<ManyFiles | undefined> {
  if (wild.test(dirname(path)) && (await stat(dirname(path)).catch(() => undefined)) === undefined) {
    if (!kindNames.some((kind) => kinds[kind].test(path)) || /\s/.test(path)) return undefined;
    throw new UserError(`${path}: a pattern can stand in the last name only, such as "parts/*.parquet"`, 2);
  }
  if (await isPattern(path)) return byPattern(path);
  return (await stat(path).catch(() => undefined))?.isDirectory() === true ? inFolder(path) : undefined;
}
