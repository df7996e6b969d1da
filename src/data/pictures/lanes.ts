import { availableParallelism } from "node:os";

/** Jobs under way at a time: decoding takes threads of its own, and some always wait for the disk. */
export const lanes = Math.max(4, 2 * availableParallelism());
