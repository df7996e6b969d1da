import { range, type Split, Windows } from "../data/portable.js";
import type { Call, Engine } from "../runtime/index.js";
import { type Tensor, tensor } from "../tensor/index.js";

/** A split that lies in the engine as `resident`, [examples, numbers]. */
export interface ResidentSplit {
  readonly name: string;
  readonly resident: string;
  readonly length: number;
}

/** A split of which each call is fed the examples that it needs. */
export interface StreamedSplit {
  readonly name: string;
  readonly windows: Windows;
  readonly length: number;
}

/** A split as programs read it. */
export type EngineSplit = ResidentSplit | StreamedSplit;

/** The examples for one call, [examples, numbers]: a resident's name, or the call's own, lent to the engine. */
export type CallData = string | Tensor;

/** Examples for one call, and where they are in it. */
export interface Reading {
  readonly data: CallData;
  /** Of each wanted example, its row in `data`. */
  readonly indices: Int32Array;
}

/** A split for programs in an engine: put into it under `resident` or, if it is streamed, opened for reading. */
export async function enterSplit(
  engine: Engine,
  name: string,
  split: Split,
  resident: string,
): Promise<EngineSplit> {
  const { examples, length, source } = split;
  if (source !== undefined) return { name, length, windows: await Windows.open(split) };
  const size = examples.data.length / length;
  const flat =
    examples.dtype === "uint8"
      ? tensor("uint8", [length, size], examples.data)
      : tensor("float32", [length, size], examples.data);
  await engine.put({ [resident]: flat });
  return { name, length, resident };
}

/** Frees what `enterSplit` opened; a resident stays in the engine. */
export async function leaveSplit(split: EngineSplit): Promise<void> {
  if ("windows" in split) await split.windows.close();
}

/** The wanted examples of a split for a call. Throws a UserError if a streamed one can't be read. */
export async function readRows(split: EngineSplit, wanted: Int32Array): Promise<Reading> {
  if ("resident" in split) return { data: split.resident, indices: wanted };
  const data = await split.windows.read(wanted);
  return { data, indices: range(0, wanted.length) };
}

/** A call with its input `data`. */
export function withData(call: Call, data: CallData): Call {
  if (typeof data === "string") return { ...call, from: { ...call.from, data } };
  return { ...call, feeds: { ...call.feeds, data }, lend: ["data"] };
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
  const { data, indices } = await readRows(split, wanted);
  return settle(split, await engine.run(program, withData(call(indices), data)));
}
