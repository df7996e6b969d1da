import type { SplitName } from "../dataset.js";
import { counted, type PictureRow, someNames } from "./found.js";
import { partNamed } from "./parts.js";

interface Named {
  /** Below the folder, with `/` between names. */
  readonly name: string;
}

/** A picture, and the folders above it below that of its part. */
interface Placed<F> {
  readonly file: F;
  readonly folders: readonly string[];
}

/** Leaves out the folders that all pictures lie in: they are no class. */
function unwrapped<F>(placed: readonly Placed<F>[]): readonly Placed<F>[] {
  const [first] = placed;
  const outer = first?.folders[0];
  if (outer === undefined || !placed.every(({ folders }) => folders[0] === outer)) return placed;
  return unwrapped(placed.map(({ file, folders }) => ({ file, folders: folders.slice(1) })));
}

/** Pictures with the class of the folder that they lie in, the outermost; without, if some lie in none. */
export function labelled<F extends Named>(
  placed: readonly Placed<F>[],
  part: SplitName,
  notes: string[],
): PictureRow<F>[] {
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
export function byPart<F extends Named>(
  pictures: readonly F[],
  notes: string[],
): ReadonlyMap<SplitName, readonly Placed<F>[]> {
  const placed = pictures.map((file) => ({ file, folders: file.name.split("/").slice(0, -1) }));
  const grouped = new Map<SplitName | undefined, Placed<F>[]>();
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
export function otherNotes(others: readonly string[]): string[] {
  if (others.length === 0) return [];
  return [
    `${counted(others.length, "file")} that ${others.length === 1 ? "is no picture" : "are no pictures"}: ${someNames(others)}.`,
  ];
}
