import { range, type Split, Windows } from "../data/portable.js";
import type { Vae } from "../model/index.js";
import type { Call, Engine } from "../runtime/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";

/** A split that lies in the engine as `resident`, [examples, numbers]. */
export interface ResidentSplit {
  readonly name: string;
  readonly resident: string;
  /** Under what name its labels lie there, if they were asked for. */
  readonly labels?: string;
  readonly length: number;
}

/** A split of which each call is fed the examples that it needs. */
export interface StreamedSplit {
  readonly name: string;
  readonly windows: Windows;
  /** Its labels, if they were asked for. */
  readonly labels?: Int32Array;
  readonly length: number;
}

/** A split as programs read it. */
export type EngineSplit = ResidentSplit | StreamedSplit;

/** The examples of one call. */
export interface CallData {
  /** [examples, numbers]: a resident's name, or the call's own, lent to the engine. */
  readonly data: string | Tensor;
  /** Their labels [examples], a resident's name or the call's own, if the graph reads them. */
  readonly labels?: string | Tensor;
}

/** Examples for one call, and where they are in it. */
export interface Reading extends CallData {
  /** Of each wanted example, its row in `data`. */
  readonly indices: Int32Array;
}

/** Whether a model's graphs take the labels: as `enterSplit`'s last argument. */
export function labelsFor({ condition }: Pick<Vae, "condition">): { readonly withLabels: boolean } {
  return { withLabels: condition !== undefined };
}

/**
 * A split for programs in an engine: put into it under `resident` or, if it is streamed, opened for reading. With
 * `withLabels`, for graphs that take them as condition, its labels too. Throws a UserError if it has none.
 */
export async function enterSplit(
  engine: Engine,
  name: string,
  split: Split,
  resident: string,
  { withLabels = false }: { readonly withLabels?: boolean } = {},
): Promise<EngineSplit> {
  const { examples, length, source, labels } = split;
  if (withLabels && labels === undefined) throw new UserError(`the ${name} split has no labels`);
  const known = withLabels ? labels : undefined;
  if (source !== undefined) {
    return { name, length, windows: await Windows.open(split), ...(known && { labels: known }) };
  }
  const size = examples.data.length / length;
  const flat =
    examples.dtype === "uint8"
      ? tensor("uint8", [length, size], examples.data)
      : tensor("float32", [length, size], examples.data);
  const place = `${resident}/labels`;
  await engine.put({ [resident]: flat, ...(known && { [place]: tensor("int32", [length], known) }) });
  return { name, length, resident, ...(known && { labels: place }) };
}

/** Frees what `enterSplit` opened; a resident stays in the engine. */
export async function leaveSplit(split: EngineSplit): Promise<void> {
  if ("windows" in split) await split.windows.close();
}

/** The wanted examples of a split for a call. Throws a UserError if a streamed one can't be read. */
export async function readRows(split: EngineSplit, wanted: Int32Array): Promise<Reading> {
  if ("resident" in split) {
    const { resident, labels } = split;
    return { data: resident, indices: wanted, ...(labels !== undefined && { labels }) };
  }
  const data = await split.windows.read(wanted);
  const known = split.labels;
  return {
    data,
    indices: range(0, wanted.length),
    ...(known && {
      labels: tensor(
        "int32",
        [wanted.length],
        wanted.map((row) => known[row] ?? 0),
      ),
    }),
  };
}

/** A call with its inputs `data` and, if there are any, `labels`. */
export function withData(call: Call, { data, labels }: CallData): Call {
  const named =
    labels === undefined
      ? call
      : typeof labels === "string"
        ? { ...call, from: { ...call.from, labels } }
        : { ...call, feeds: { ...call.feeds, labels } };
  if (typeof data === "string") return { ...named, from: { ...named.from, data } };
  return { ...named, feeds: { ...named.feeds, data }, lend: ["data"] };
}

/** Gives a streamed call's examples back for the next reading; answers the results without them. */
export function settle(split: EngineSplit, results: Record<string, Tensor>): Record<string, Tensor> {
  const { data, ...rest } = results;
  if (!("windows" in split) || data === undefined) return results;
  split.windows.giveBack(data);
  return rest;
}

/** Runs a program on examples of a split; `call` is made with their rows in `data`. */
export async function runOnRows(
  engine: Engine,
  program: number,
  split: EngineSplit,
  wanted: Int32Array,
  call: (indices: Int32Array) => Call,
): Promise<Record<string, Tensor>> {
  const reading = await readRows(split, wanted);
  return settle(split, await engine.run(program, withData(call(reading.indices), reading)));
}
