import { input } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { directConv, directConvolution } from "../ops/convolution/index.js";
import { tensor } from "../tensor/index.js";
import type { Backend } from "./session.js";

/** Channels of the pictures that are tried: two of the smaller blocks, one of the larger. */
const channels = 16;
const attrs = { stride: [1, 1], dilation: [1, 1], before: [0, 0], after: [0, 0] };
const pixels = 2;

const valueOf = (pixel: number, channel: number): number => ((pixel + 2) * (channel + 3)) % 7;
const weightOf = (out: number, channel: number): number => ((out + 1) * (channel + 5)) % 11;

/** Whether the engine's direct convolution takes blocks of so many channels: a wrong layout gives other numbers, or fails. */
async function takes(backend: Backend, block: number): Promise<boolean> {
  const count = channels / block;
  const shape = [1, count, 1, pixels, block];
  const name = directConvolution(block);
  const x = tensor("float32", shape);
  const w = tensor("float32", [count, count, 1, 1, block, block]);
  const expected = new Float32Array(x.data.length);
  for (let out = 0; out < channels; out++) {
    const [o, lane] = [Math.floor(out / block), out % block];
    for (let channel = 0; channel < channels; channel++) {
      const [i, at] = [Math.floor(channel / block), channel % block];
      w.data[((o * count + i) * block + at) * block + lane] = weightOf(out, channel);
      for (let pixel = 0; pixel < pixels; pixel++) {
        x.data[(i * pixels + pixel) * block + at] = valueOf(pixel, channel);
        const place = (o * pixels + pixel) * block + lane;
        expected[place] = (expected[place] ?? 0) + valueOf(pixel, channel) * weightOf(out, channel);
      }
    }
  }
  const y = directConv(input("x", "float32", x.shape), input("w", "float32", w.shape), { ...attrs, block });
  try {
    const session = await backend.open(compile({ y }, {}, [name]).bytes, { threads: 1 });
    try {
      const { y: found } = await session.run({ x, w }, ["y"]);
      return found !== undefined && expected.every((value, i) => value === found.data[i]);
    } finally {
      await session.close();
    }
  } catch {
    return false;
  }
}

/** The name of the direct convolution that an engine has, found by trying: its blocks depend on the processor. */
export async function directConvolutionOf(backend: Backend): Promise<string[]> {
  for (const block of [16, 8]) if (await takes(backend, block)) return [directConvolution(block)];
  return [];
}
