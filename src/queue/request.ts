import { hasIds, layoutFor, tableMarks, tableOf } from "../data/index.js";
import { rowsAtATime, likelihoodBatch, splitOf } from "../evaluate/index.js";
import { bundle, type TrainedVae } from "../model/index.js";
import { packageVersion } from "../report/index.js";
import { canonical, putBlob, sha256, type Store } from "../store/index.js";
import type { Platform } from "../train/index.js";
import { UserError } from "../tensor/index.js";
import { codeChunk } from "../uses/index.js";
import { z } from "zod";
import { keepPlan, readKept } from "./plan.js";
import { type BulkPlan, type BulkTask, protocolVersion, type SourceOfRun } from "./protocol.js";
import { hashOfData, nameBelow } from "./sources.js";
import { isOfTable, wholeDataset } from "./tasks/examples.js";
import { Lines } from "./tasks/lines.js";
import { taskOf } from "./tasks/open.js";

/** Bulk work as it is asked for. */
export interface BulkRequest {
  readonly model: TrainedVae;
  readonly task: BulkTask;
  /** Where the data are on this machine; `mnist` for that; undefined of a task without. */
  readonly source: string | undefined;
  /** What scoring learned of the usual. */
  readonly usual?: string;
  /** A line for each example, what it is called, and where they are from. */
  readonly ids?: { readonly file: string; readonly lines: Uint8Array };
  /** Codes to decode in place of draws of the prior. */
  readonly codes?: Uint8Array;
  readonly memory?: number;
  /** Rows a shard; default: as many as take some seconds. */
  readonly shardRows?: number;
}

/** How long it takes, by a sample. */
export interface BulkEstimate {
  readonly rows: number;
  readonly shards: number;
  readonly step: number;
  /** Seconds that one worker takes for a row, and for all of them. */
  readonly secondsPerRow: number;
  readonly seconds: number;
  /** Bytes of all outputs together. */
  readonly bytes: number;
}

/** Rows in pieces that must not be divided, so that numbers are computed as on one machine. */
export function pieceRows({ definition }: TrainedVae, task: BulkTask, rows: number): number {
  switch (task.op) {
    case "encode":
      return codeChunk;
    case "score": {
      if (task.draws === 0) return rowsAtATime;
      const batch = likelihoodBatch(definition, task.draws, rows);
      return leastCommon(rowsAtATime, batch);
    }
    case "impute":
      return 16_384;
    case "generate":
      return 1024;
  }
}

function leastCommon(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

interface Counted {
  readonly rows: number;
  readonly ids: boolean;
  /** Where every piece begins in a text file. */
  readonly offsets?: readonly number[];
}

/** How many rows there are, and where they begin in a file of text. */
async function counted({ model, task, source = "", memory }: BulkRequest): Promise<Counted> {
  if (task.op === "generate") return { rows: task.n, ids: false };
  const table = tableOf(model.schema);
  if (task.op === "impute") {
    if (table === undefined) throw new UserError("the model was not trained on a table");
    return { ids: false, ...(await tableMarks(source, await layoutFor(source, table), 16_384)) };
  }
  if (await isOfTable(source)) {
    const every = task.op === "encode" ? codeChunk : rowsAtATime;
    const marks = await tableMarks(source, table && (await layoutFor(source, table)), every);
    return { ids: hasIds(marks.rows), ...marks };
  }
  const dataset = await wholeDataset(source, task.reading, memory, task.held);
  return { rows: splitOf(dataset, task.split).length, ids: true };
}

/** Throws the UserError unless there is a line for each example. */
function requireLines({ file, lines }: NonNullable<BulkRequest["ids"]>, rows: number): void {
  const { length } = new Lines(lines);
  if (length === rows) return;
  throw new UserError(
    `--ids ${file}: has ${length} lines, but there are ${rows} examples; give a line for each`,
    2,
  );
}

/** Seconds that a shard should take, and bytes that its output may have. */
const [goodSeconds, mostBytes] = [5, 64 << 20];

/** Times a first piece and plans the rest by it. */
export async function estimate(
  request: BulkRequest,
  platform: Platform,
): Promise<BulkEstimate & { readonly counted: Counted; readonly piece: number }> {
  const { model, task, source, usual, ids: own, codes, memory, shardRows } = request;
  const found = await counted(request);
  const { rows, ids, offsets } = found;
  if (rows === 0) throw new UserError(`${source ?? "the data"} has no rows`);
  if (own !== undefined) requireLines(own, rows);
  const piece = pieceRows(model, task, rows);
  const plan = planOf(request, { card: nothing, weights: nothing }, undefined, { rows, ids, step: piece });
  const opened = await taskOf({
    plan,
    model,
    platform,
    source,
    ...(usual !== undefined && { usual }),
    ...(own !== undefined && { ids: own.lines }),
    ...(codes !== undefined && { codes }),
    ...(memory !== undefined && { memory }),
  });
  try {
    const to = Math.min(rows, piece);
    const shard = { from: 0, to, ...(offsets?.[0] !== undefined && { offset: offsets[0] }) };
    await opened.run(shard);
    const began = performance.now();
    const outputs = await opened.run(shard);
    const secondsPerRow = (performance.now() - began) / 1000 / to;
    const bytesPerRow = Object.values(outputs).reduce((sum, { length }) => sum + length, 0) / to;
    const wanted = shardRows ?? Math.min(goodSeconds / secondsPerRow, mostBytes / Math.max(1, bytesPerRow));
    const step =
      piece * Math.max(1, shardRows === undefined ? Math.round(wanted / piece) : Math.ceil(wanted / piece));
    return {
      rows,
      shards: Math.ceil(rows / step),
      step,
      secondsPerRow,
      seconds: secondsPerRow * rows,
      bytes: Math.round(bytesPerRow * rows),
      counted: found,
      piece,
    };
  } finally {
    if (task.op === "score") await opened.close();
  }
}

const nothing = { sha256: "0".repeat(64), bytes: 0 };

function planOf(
  { task }: BulkRequest,
  model: BulkPlan["model"],
  source: SourceOfRun | undefined,
  { rows, ids, step }: Pick<BulkPlan, "rows" | "ids" | "step">,
): BulkPlan {
  return {
    format: "latent-bulk",
    protocol: protocolVersion,
    latent: packageVersion(),
    model,
    ...(source !== undefined && { source }),
    task,
    rows,
    step,
    ids,
  };
}

/** How workers find the data: by their name below a root, or in the store. */
async function sourceFor(
  source: string | undefined,
  root: string,
  stored: SourceOfRun | undefined,
): Promise<SourceOfRun | undefined> {
  if (source === undefined || stored !== undefined) return stored;
  if (source === "mnist") return { from: "mnist" };
  return { from: "root", name: await nameBelow(root, source), sha256: await hashOfData(source) };
}

const savedStep = z.strictObject({ step: z.int().min(1) });

/** A plan that is in the store, ready to be led. */
export interface PlannedBulk {
  readonly run: string;
  readonly plan: BulkPlan;
}

/**
 * Puts the model and the plan into the store. What was planned before for the same request is gone on with, in the same shards,
 * whatever their size would be by now.
 */
export async function planBulk(
  store: Store,
  request: BulkRequest,
  platform: Platform,
  place: { readonly root: string; readonly stored?: SourceOfRun },
): Promise<PlannedBulk> {
  const files = bundle(request.model);
  const model = {
    card: await putBlob(store, files["model.json"] ?? new Uint8Array(0)),
    weights: await putBlob(store, files["weights.safetensors"] ?? new Uint8Array(0)),
  };
  if (request.usual !== undefined) await putBlob(store, new TextEncoder().encode(request.usual));
  for (const content of [request.ids?.lines, request.codes])
    if (content !== undefined) await putBlob(store, content);
  const source = await sourceFor(request.source, place.root, place.stored);
  const { step: suggested, counted: found, piece } = await estimate(request, platform);
  const { rows, ids, offsets } = found;
  const asked = planOf(request, model, source, { rows, ids, step: request.shardRows ?? 1 });
  const key = `bulk/requests/${sha256(canonical([asked, request.shardRows ?? null]))}.json`;
  await store.putIfAbsent(key, canonical({ step: suggested }));
  const { step } = (await readKept(store, key, savedStep)) ?? { step: suggested };
  const plan = planOf(request, model, source, { rows, ids, step });
  const every = task(request) === "encode" ? codeChunk : task(request) === "impute" ? 16_384 : rowsAtATime;
  const begins = offsets?.filter((_, i) => (i * every) % step === 0);
  if (step % piece !== 0) throw new UserError(`${store.place}: ${key} is damaged`);
  const run = await keepPlan(store, plan, begins);
  return { run, plan };
}

const task = (request: BulkRequest): BulkTask["op"] => request.task.op;
