import { input } from "../graph/index.js";
import { directConv, directConvolution } from "../ops/convolution/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { compile } from "./compile.js";

/** Channels of the pictures that are tried: two of the smaller blocks, one of the larger. */
const channels = 16;
const pixels = 2;
const attrs = { stride: [1, 1], dilation: [1, 1], before: [0, 0], after: [0, 0] };

const valueOf = (pixel: number, channel: number): number => ((pixel + 2) * (channel + 3)) % 7;
const weightOf = (out: number, channel: number): number => ((out + 1) * (channel + 5)) % 11;

/** A small direct convolution, and what it must give. */
export interface DirectTrial {
  /** How an engine that gives it names the operator. */
  readonly name: string;
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<"x" | "w", Tensor<"float32">>>;
  /** The output `y`, exactly: the numbers are small and whole. */
  readonly expected: Float32Array;
}

/** A trial of whether an engine's direct convolution takes blocks of so many channels: in another layout it gives other numbers. */
export function directTrial(block: number): DirectTrial {
  const count = channels / block;
  const x = tensor("float32", [1, count, 1, pixels, block]);
  const w = tensor("float32", [count, count, 1, 1, block, block]);
  const expected = new Float32Array(x.data.length);
  const placeOf = (pixel: number, channel: number): number =>
    (Math.floor(channel / block) * pixels + pixel) * block + (channel % block);
  for (let out = 0; out < channels; out++) {
    for (let channel = 0; channel < channels; channel++) {
      const [o, i] = [out, channel].map((number) => Math.floor(number / block)) as [number, number];
      w.data[((o * count + i) * block + (channel % block)) * block + (out % block)] = weightOf(out, channel);
      for (let pixel = 0; pixel < pixels; pixel++) {
        x.data[placeOf(pixel, channel)] = valueOf(pixel, channel);
        const place = placeOf(pixel, out);
        expected[place] = (expected[place] ?? 0) + valueOf(pixel, channel) * weightOf(out, channel);
      }
    }
  }
  const name = directConvolution(block);
  const y = directConv(input("x", "float32", x.shape), input("w", "float32", w.shape), { ...attrs, block });
  return { name, model: compile({ y }, {}, [name]).bytes, feeds: { x, w }, expected };
}
