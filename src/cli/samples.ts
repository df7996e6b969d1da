import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileError } from "../data/index.js";
import {
  type Family,
  distributions,
  type Points,
  pointsFromCsv,
  pointsFromPicture,
  readSamples,
} from "../distributions/index.js";
import { decodePng } from "../plot/index.js";
import { UserError } from "../tensor/index.js";
import type { Settings } from "../runs/index.js";

/** So many dark pixels of a drawing are kept: enough to show its shape, few enough for a model's JSON. */
const limit = 5000;

const readers: Readonly<Record<string, (bytes: Buffer) => Points | Promise<Points>>> = {
  ".csv": (bytes) => pointsFromCsv(bytes.toString("utf8")),
  ".png": async (bytes) => pointsFromPicture(await decodePng(bytes), { limit }),
};

/** Six decimals are finer than float32 at this size, and keep the JSON short. */
const rounded = (points: Points): number[][] =>
  points.map((point) => point.map((value) => Number(value.toPrecision(6))));

/** The points in a `.csv` or `.png` file. Throws a UserError that names the file. */
export async function pointsIn(file: string): Promise<Points> {
  const read = readers[path.extname(file).toLowerCase()];
  if (read === undefined) {
    throw new UserError(`samples: "${file}" must be a .csv with a point a row, or a .png with a drawing`, 2);
  }
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(error, `read ${file}`);
  });
  try {
    return rounded(await read(bytes));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`samples: ${file}: ${error.message}`, error.exitCode, { cause: error });
  }
}

/** The family with the files of its `samples(file=...)` read; the very one if it names no file. */
async function familyWithSamples(family: Family): Promise<Family> {
  let files = 0;
  const spec = await readSamples({ name: family.name, config: family.config }, (file) => {
    files++;
    return pointsIn(file);
  });
  return files === 0 ? family : distributions.from(spec);
}

/**
 * The settings with the points of a prior's `samples(file=...)` read, so that the saved run holds them and needs the
 * file no more. Paths are relative to the current folder. Throws a UserError that names a file that can't be read.
 */
export async function withSamples(settings: Settings): Promise<Settings> {
  const { prior } = settings;
  return prior === undefined ? settings : { ...settings, prior: await familyWithSamples(prior) };
}
