import { expect, it } from "vitest";
import { resnet } from "./resnet.js";

it("resnet halves pictures in its stages, and comes back to exactly the data's shape", () => {
  const example = [30, 41, 2];
  const down = resnet({ channels: [8, 16] }).build(example, [4], { part: "encoder", example });
  expect(down.layers?.map(({ layer, outShape }) => `${layer.split("(")[0]} ${outShape.join("x")}`)).toEqual([
    "conv 30x41x8",
    ...["residual-block 15x21x8", "residual-block 15x21x8"],
    ...["residual-block 8x11x16", "residual-block 8x11x16"],
    ...["batch-norm 8x11x16", "activation 8x11x16", "flatten 1408", "linear 4"],
  ]);
  const up = resnet({ channels: [8, 16], blocks: 1 }).build([2], example, { part: "decoder", example });
  expect(up.layers?.map(({ layer, outShape }) => `${layer.split("(")[0]} ${outShape.join("x")}`)).toEqual([
    ...["linear 1408", "reshape 8x11x16"],
    ...["residual-block 8x11x16", "upsample-conv 16x22x8", "crop 15x21x8"],
    ...["residual-block 15x21x8", "upsample-conv 30x42x8", "crop 30x41x8"],
    ...["batch-norm 30x41x8", "activation 30x41x8", "conv 30x41x2"],
  ]);
});

it("resnet is saved by what was chosen, and refuses what it can't be", () => {
  expect(resnet().config).toEqual({});
  expect(resnet({ channels: [4], blocks: 3, norm: "none" }).config).toEqual({
    channels: [4],
    blocks: 3,
    norm: "none",
  });
  expect(() => resnet({ blocks: 0 })).toThrow("resnet: blocks must be a whole number from 1");
  expect(() => resnet().build([9], [2])).toThrow("for vectors take mlp");
});
