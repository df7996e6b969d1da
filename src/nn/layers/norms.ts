import type { Layer } from "../layer.js";
import { batchNorm } from "./batch-norm.js";
import { groupNorm } from "./group-norm.js";

/** Normalisations that blocks and networks can be told by one word. */
export const norms = ["batch", "group", "none"] as const;

/** One of them. */
export type Norm = (typeof norms)[number];

/** The layer for so many channels: groups of 8 channels or more, at most 32 groups. */
export function normLayer(norm: Norm, channels: number): Layer | undefined {
  if (norm === "none") return undefined;
  if (norm === "batch") return batchNorm();
  let groups = Math.max(1, Math.min(32, Math.floor(channels / 8)));
  while (channels % groups !== 0) groups--;
  return groupNorm(groups);
}
