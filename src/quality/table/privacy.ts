import { MersenneTwister } from "../learn/mersenne-twister.js";
import type { TypedTables } from "./columns.js";
import { rowKeys, shareAmong } from "./copies.js";
import { nearestDistances } from "./nearest.js";

/** Whether synthetic rows give training rows away; see `TableQuality` for what each is. What needs held-out rows may be missing. */
export interface Privacy {
  readonly closer_to_train?: number;
  readonly closer_to_train_raw?: number;
  readonly closer_to_train_raw_private?: number;
  readonly dcr_median: number;
  readonly dcr_median_real?: number;
  readonly dcr_p05: number;
  readonly dcr_p05_real?: number;
  readonly copies: number;
  readonly copies_test?: number;
  readonly duplicates: number;
}

/** Distances to the nearest training row, of synthetic rows and of held-out ones. */
export interface RecordDistances {
  readonly synthetic: Float64Array;
  readonly test: Float64Array;
}

const SYNTHETIC_ROWS = 2000;
const TEST_ROWS = 1000;
/** Distances no further apart count as equal. */
const TIE = 1e-7;

/** The value below which a share of sorted numbers lies, between two of them if need be. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - Math.floor(place));
}

function all(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

interface Measured {
  readonly privacy: Privacy;
  readonly distances: RecordDistances;
}

function closeness(
  toTrain: Float64Array,
  toTest: Float64Array,
  train: number,
  test: number,
): Pick<Privacy, "closer_to_train" | "closer_to_train_raw" | "closer_to_train_raw_private"> {
  const fair = train / (train + test);
  let sum = 0;
  toTrain.forEach((own, i) => {
    const other = toTest[i] ?? 0;
    sum += Math.abs(own - other) <= TIE ? fair : own < other ? 1 : 0;
  });
  const raw = sum / toTrain.length;
  return {
    closer_to_train: (raw * test) / (raw * test + (1 - raw) * train),
    closer_to_train_raw: raw,
    closer_to_train_raw_private: fair,
  };
}

/** Measures distances to the closest record and copies, over at most 2,000 synthetic and 1,000 held-out rows and all of training. */
export function privacyOf({ columns, rows }: TypedTables, seed: number): Measured {
  const random = new MersenneTwister(seed);
  const synthetic = {
    role: "synthetic" as const,
    rows: random.permutation(rows.synthetic).subarray(0, SYNTHETIC_ROWS),
  };
  const test = { role: "test" as const, rows: random.permutation(rows.test).subarray(0, TEST_ROWS) };
  const train = { role: "train" as const, rows: all(rows.train) };
  const toTrain = nearestDistances(columns, synthetic, train);
  const ofTest = nearestDistances(columns, test, train);
  const [sorted, sortedTest] = [toTrain.slice().sort(), ofTest.slice().sort()];
  const known = new Set(rowKeys(columns, "train", rows.train));
  const told = rowKeys(columns, "synthetic", rows.synthetic);
  const held = rows.test > 0;
  const toTest = held
    ? nearestDistances(columns, synthetic, { role: "test", rows: all(rows.test) })
    : new Float64Array(0);
  const privacy = {
    ...(held && closeness(toTrain, toTest, rows.train, rows.test)),
    dcr_median: quantile(sorted, 0.5),
    ...(held && { dcr_median_real: quantile(sortedTest, 0.5) }),
    dcr_p05: quantile(sorted, 0.05),
    ...(held && { dcr_p05_real: quantile(sortedTest, 0.05) }),
    copies: shareAmong(told, known),
    ...(held && { copies_test: shareAmong(rowKeys(columns, "test", rows.test), known) }),
    duplicates: 1 - new Set(told).size / told.length,
  };
  return { privacy, distances: { synthetic: sorted, test: sortedTest } };
}
