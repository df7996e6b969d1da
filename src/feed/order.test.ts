import { describe, expect, it } from "vitest";
import { RandomStream } from "../tensor/index.js";
import { epochOrder } from "./order.js";

const lengths = [1, 63, 64, 65, 128, 1000, 8191, 8192, 8193, 20_001];

describe("an order of blocks", () => {
  it.each(lengths)("of %d examples holds each once, however it is sliced", (length) => {
    const order = epochOrder("blocks", 3, 2, length).slice(0, length);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
    const pieces: number[] = [];
    const again = epochOrder("blocks", 3, 2, length);
    for (let start = 0; start < length; start += 777) pieces.push(...again.slice(start, start + 777));
    expect(pieces).toEqual([...order]);
  });

  it("mixes: 128 successive examples come from far more than two blocks, and neighbours are rare", () => {
    const order = epochOrder("blocks", 0, 0, 100_000).slice(20_000, 20_128);
    const blocks = new Set([...order].map((row) => Math.floor(row / 64)));
    // of 128 blocks in a group, 128 draws miss each with probability 1/e
    expect(blocks.size).toBeGreaterThan(60);
    expect(order.filter((row, i) => order[i + 1] === row + 1).length).toBeLessThan(4);
  });

  it("is another for each epoch and seed", () => {
    const [a, b, c] = [
      [0, 0],
      [0, 1],
      [1, 0],
    ].map(([seed = 0, epoch = 0]) => epochOrder("blocks", seed, epoch, 500).slice(0, 500).join());
    expect(new Set([a, b, c]).size).toBe(3);
  });
});

it("a full order is the stream's permutation, written over the one before", () => {
  const first = epochOrder("full", 4, 0, 300);
  const second = epochOrder("full", 4, 1, 300, first);
  expect(second).toBe(first);
  expect([...second.slice(0, 300)]).toEqual([...new RandomStream(4, "shuffle", 1).permutation(300)]);
});
