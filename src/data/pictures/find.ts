import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../tensor/index.js";
import type { SplitName } from "../dataset.js";
import { fileError } from "../files.js";
import {
  counted,
  type FoundPictures,
  isPictureName,
  type PictureFile,
  type PictureRow,
  someNames,
} from "./found.js";
import { isManifestName, isMetadataName, readManifest } from "./manifest.js";
import { partNamed } from "./parts.js";
import { listedPicture, pictureAt, walk } from "./walk.js";

/** A picture, and the folders above it below that of its part. */
interface Placed {
  readonly file: PictureFile;
  readonly folders: readonly string[];
}

/** Leaves out the folders that all pictures lie in: they are no class. */
function unwrapped(placed: readonly Placed[]): readonly Placed[] {
  const [first] = placed;
  const outer = first?.folders[0];
  if (outer === undefined || !placed.every(({ folders }) => folders[0] === outer)) return placed;
  return unwrapped(placed.map(({ file, folders }) => ({ file, folders: folders.slice(1) })));
}

/** Pictures with the class of the folder that they lie in, the outermost; without, if some lie in none. */
function labelled(placed: readonly Placed[], part: SplitName, notes: string[]): PictureRow[] {
  const free = placed.filter(({ folders }) => folders.length === 0).map(({ file }) => file.name);
  if (free.length > 0 && free.length < placed.length) {
    notes.push(`No labels: ${counted(free.length, "picture")} in no folder of a class: ${someNames(free)}.`);
  }
  return placed.map(({ file, folders }) => ({
    file,
    part,
    ...(free.length === 0 && folders[0] !== undefined && { label: folders[0] }),
  }));
}

/** The pictures of a folder by part: those of its folders `train`, `test` and `validation`, or all as `train`. */
function byPart(
  pictures: readonly PictureFile[],
  notes: string[],
): ReadonlyMap<SplitName, readonly Placed[]> {
  const placed = pictures.map((file) => ({ file, folders: file.name.split("/").slice(0, -1) }));
  const grouped = new Map<SplitName | undefined, Placed[]>();
  for (const { file, folders } of placed) {
    const part = partNamed(folders[0] ?? "");
    const group = grouped.get(part) ?? [];
    grouped.set(part, group);
    group.push({ file, folders: folders.slice(1) });
  }
  if (!grouped.has("train")) return new Map([["train", unwrapped(placed)]]);
  const outside = (grouped.get(undefined) ?? []).map(({ file }) => file.name);
  if (outside.length > 0) {
    notes.push(
      `${counted(outside.length, "picture")} outside of train, test and validation not used: ${someNames(outside)}.`,
    );
  }
  const parts = (["train", "validation", "test"] as const).filter((part) => grouped.has(part));
  return new Map(parts.map((part) => [part, grouped.get(part) ?? []]));
}

/** What is said of files that are no pictures. */
function otherNotes(others: readonly string[]): string[] {
  if (others.length === 0) return [];
  return [
    `${counted(others.length, "file")} that ${others.length === 1 ? "is no picture" : "are no pictures"}: ${someNames(others)}.`,
  ];
}

/** Rows of the lists `metadata.csv` and `metadata.jsonl` in a folder, their files named as below the folder. */
async function listedRows(root: string, shown: string, lists: readonly string[]): Promise<PictureRow[]> {
  const rows: PictureRow[] = [];
  for (const list of lists) {
    await listedPicture(root, list, join(shown, list)); // no link that leads out of the folder
    const below = dirname(list);
    const part = partNamed(list.split("/")[0] ?? "");
    for (const row of await readManifest(join(shown, list), part)) {
      const name = below === "." ? row.file.name : `${below}/${row.file.name}`;
      rows.push({ ...row, file: { ...row.file, name } });
    }
  }
  return rows;
}

async function inFolder(shown: string, signal: AbortSignal | undefined): Promise<FoundPictures> {
  const root = await realpath(shown);
  const { pictures, others } = await walk(root, shown, signal);
  const lists = others.filter((name) => isMetadataName(basename(name)));
  const notes: string[] = otherNotes(others.filter((name) => !lists.includes(name)));
  if (lists.length > 0) {
    const rows = await listedRows(root, shown, lists);
    const named = new Set(rows.map(({ file }) => file.name));
    const left = pictures.filter(({ name }) => !named.has(name)).map(({ name }) => name);
    if (left.length > 0) {
      notes.push(
        `${counted(left.length, "picture")} that ${lists.join(" and ")} doesn't name not used: ${someNames(left)}.`,
      );
    }
    return { root: shown, rows, notes };
  }
  const parts = byPart(pictures, notes);
  const rows = [...parts].flatMap(([part, placed]) => labelled(placed, part, notes));
  return { root: shown, rows, notes };
}

/**
 * The pictures of a folder, of a list of pictures (CSV or a JSON object a line) or of one file. In a folder, `train`, `test`
 * and `validation` are the parts, and the folders in these, or in the folder itself, the classes; `metadata.csv` or
 * `metadata.jsonl` say more (Hugging Face's ImageFolder).
 *
 * @throws UserError naming the folder or the file.
 */
export async function findPictures(path: string, signal?: AbortSignal): Promise<FoundPictures> {
  const info = await stat(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${path}`);
  });
  const found = info.isDirectory() ? await inFolder(path, signal) : await inFile(path);
  if (found.rows.length > 0) return found;
  throw new UserError(
    `${path} holds no pictures (.png, .jpg, .webp, .avif, .gif, .tiff)${found.notes.length > 0 ? `; it has ${found.notes.join(" ")}` : ""}`,
  );
}

async function inFile(path: string): Promise<FoundPictures> {
  const root = dirname(path);
  if (isManifestName(path)) return { root, rows: await readManifest(path), notes: [] };
  if (!isPictureName(path))
    throw new UserError(`${path} is no picture, nor a list of pictures (.csv, .jsonl)`);
  const file = await pictureAt(await realpath(root), basename(path), path);
  return { root, rows: [{ file, part: "train" }], notes: [] };
}
