import path from "node:path";
import { writeWhole } from "../../data/index.js";
import { loadModel } from "../../node.js";
import { encodePng, labelledRows } from "../../plot/index.js";
import { environment } from "../../report/index.js";
import {
  type OpenSweep,
  sweepFiles,
  sweepReport,
  type SweepState,
  tableOf,
  type TrialRow,
} from "../../sweeps/index.js";
import { type Tensor, tensor } from "../../tensor/index.js";
import { measureText } from "../views/format.js";

/** Of so many of the best trials are samples shown, so many of each. */
const shownTrials = 5;
const shownSamples = 10;

/** What the report came to. */
export interface WrittenSweepReport {
  readonly report: string;
  /** Why something is missing, a sentence each. */
  readonly skipped: readonly string[];
}

/** The best of the trials that were trained to their end. */
function bestRows(rows: readonly TrialRow[], sign: 1 | -1): readonly TrialRow[] {
  return rows
    .filter(({ state, value }) => state === "complete" && value !== null)
    .sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)))
    .slice(0, shownTrials);
}

interface Samples {
  readonly images: Tensor<"float32">;
  /** What is drawn black and white, where that is not 0 and 1. */
  readonly range?: readonly [number, number];
}

/** New pictures of a run; undefined of data that are no pictures. */
async function samplesOf(folder: string): Promise<Samples | undefined> {
  const model = await loadModel(folder);
  try {
    if (model.schema.kind !== "image") return undefined;
    const found = await model.generate(shownSamples, { seed: 0 });
    const images = tensor("float32", found.shape, Float32Array.from(found.data));
    return { images, ...(found.range && { range: found.range }) };
  } finally {
    await model.close();
  }
}

/** Pictures that the best runs generate, a row for each, from the same seed. */
async function bestSamples(
  { folder, plan }: OpenSweep,
  rows: readonly TrialRow[],
): Promise<Uint8Array | undefined> {
  const found: (Samples & { readonly row: TrialRow })[] = [];
  for (const row of bestRows(rows, plan.direction === "maximize" ? -1 : 1)) {
    const samples = await samplesOf(path.join(folder, sweepFiles.runs, row.runs[0] ?? ""));
    if (samples === undefined) return undefined;
    found.push({ row, ...samples });
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const shape = first.images.shape.slice(1);
  const together = new Float32Array(found.length * first.images.data.length);
  for (const [i, { images }] of found.entries()) together.set(images.data, i * first.images.data.length);
  const raster = labelledRows(tensor("float32", [found.length * shownSamples, ...shape], together), {
    shape,
    ...(first.range && { range: first.range }),
    rowLabels: found.map(({ row }) => `trial ${row.trial}: ${measureText(row.value ?? 0)}`),
  });
  return encodePng(raster);
}

/** Writes a sweep's report: what a picture is missing for is told, and is no failure. */
export async function reportSweep(sweep: OpenSweep, state: SweepState): Promise<WrittenSweepReport> {
  const { folder, plan } = sweep;
  const skipped: string[] = [];
  const png = await bestSamples(sweep, tableOf(plan, state)).catch((error: unknown) => {
    skipped.push(`samples of the best runs: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  const caption =
    "New examples of the best runs, a row for each, drawn of the prior with the same seed, and what the run's trial came to.";
  const html = await sweepReport(path.basename(path.resolve(folder)), plan, state, {
    ...(png && { samples: { png, caption } }),
    environment: environment(),
  });
  const report = path.join(folder, sweepFiles.report);
  await writeWhole(report, html);
  return { report, skipped };
}
