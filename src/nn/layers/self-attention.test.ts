import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import type { Reference } from "../check/index.js";
import { selfAttention } from "./self-attention.js";

/** torch.nn.MultiheadAttention's formula, position by position. */
const reference =
  (heads: number, residual: boolean): Reference =>
  (x, w, shape) => {
    const channels = shape.at(-1) as number;
    const positions = x.length / channels;
    const size = channels / heads;
    const line = (name: string, row: number, at: (i: number) => number): number => {
      let sum = w[`${name}bias`]?.[row] as number;
      for (let i = 0; i < channels; i++) sum += (w[`${name}weight`]?.[row * channels + i] as number) * at(i);
      return sum;
    };
    const projected = (part: number, position: number, i: number): number =>
      line("in_proj_", part * channels + i, (j) => x[position * channels + j] as number);
    const seen = Array.from({ length: positions }, (_, p) =>
      Array.from({ length: channels }, (_, i) => {
        const head = Math.floor(i / size) * size;
        const scores = Array.from({ length: positions }, (_, q) => {
          let sum = 0;
          for (let j = head; j < head + size; j++) sum += projected(0, p, j) * projected(1, q, j);
          return Math.exp(sum / Math.sqrt(size));
        });
        const total = scores.reduce((a, b) => a + b, 0);
        return scores.reduce((sum, score, q) => sum + (score / total) * projected(2, q, i), 0);
      }),
    );
    return x.map((value, at) => {
      const [p, i] = [Math.floor(at / channels), at % channels];
      return (residual ? value : 0) + line("out_proj.", i, (j) => seen[p]?.[j] as number);
    });
  };

it.each([
  [1, true],
  [2, false],
] as const)(
  "self-attention with %i heads is MultiheadAttention's formula, added to x: %j",
  (heads, residual) =>
    agrees(selfAttention({ heads, residual }), reference(heads, residual), { shapes: [[2, 3, 4]] }),
);

it("self-attention refuses channels that don't divide", () => {
  expect(() => selfAttention({ heads: 3 }).build([4, 4, 8])).toThrow("don't divide into 3 heads");
});
