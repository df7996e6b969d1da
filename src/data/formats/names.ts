import type { FoundArray, Part } from "./format.js";

/** What a name says of an array. */
export type Meaning = Pick<FoundArray, "set" | "part" | "what" | "vague">;

const parts: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  t10k: "test",
  test: "test",
  testing: "test",
  validation: "validation",
  valid: "validation",
  val: "validation",
};
const examples = ["x", "images", "examples", "data", "features", "inputs"];
const labels = ["y", "labels", "targets", "classes"];

const part = `(?<part>${Object.keys(parts).join("|")})`;
const word = (group: string): string => `(?<${group}>${[...examples, ...labels].join("|")})`;

const idxPattern = new RegExp(
  `^(?:(?<prefix>.+?)[-_.])?${part}[-_.](?<after>images|labels)(?:[-_.]idx\\d*)?` +
    "(?:[-_.](?:ubyte|byte|short|int|float|double))?(?:\\.gz)?$",
  "i",
);
const arrayPattern = new RegExp(
  `^(?:(?<prefix>.+?)[-_.])??(?:${word("before")}[-_.]?)?${part}(?:[-_.]?${word("after")})?$`,
  "i",
);
const wordPattern = new RegExp(`^${word("after")}$`, "i");

function read(pattern: RegExp, name: string): Meaning | undefined {
  const groups = pattern.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const said = (groups.after ?? groups.before ?? "").toLowerCase();
  return {
    set: groups.prefix ?? "",
    part: parts[groups.part?.toLowerCase() ?? "train"] ?? "train",
    what: labels.includes(said) ? "labels" : "examples",
  };
}

/** What the name of a file in idx form says: `train-images-idx3-ubyte` and the like; undefined for other names. */
export function meaningOfIdx(name: string): Meaning | undefined {
  return read(idxPattern, name);
}

/**
 * What the name of an array without its ending says: `train-images`, `x_train`, `train` (examples), behind a prefix or
 * without; `data`, `x`, `y`, `labels` and the like mean the training part, vaguely. Undefined for other names.
 */
export function meaningOfArray(name: string): Meaning | undefined {
  const meant = read(arrayPattern, name);
  if (meant !== undefined) return meant;
  const vague = read(wordPattern, name);
  return vague && { ...vague, vague: true };
}
