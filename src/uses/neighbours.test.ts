import { describe, expect, test } from "vitest";
import { RandomStream, tensor } from "../tensor/index.js";
import { nearestCodes } from "./neighbours.js";

const codes = (n: number, size: number, name: string) =>
  tensor("float32", [n, size], new RandomStream(3, name).normal(new Float32Array(n * size), 0));

/** All distances, sorted: what the search must find. */
function byHand(
  known: ReturnType<typeof codes>,
  query: ArrayLike<number>,
  k: number,
  scale: ArrayLike<number>,
  self: number,
): number[] {
  const [n = 0, size = 0] = known.shape;
  const distance = (row: number): number => {
    let sum = 0;
    for (let d = 0; d < size; d++)
      sum += (((known.data[row * size + d] ?? 0) - (query[d] ?? 0)) * (scale[d] ?? 1)) ** 2;
    return sum;
  };
  const rows = Array.from({ length: n }, (_, row) => row).filter((row) => row !== self);
  return rows.sort((a, b) => distance(a) - distance(b)).slice(0, k);
}

describe("nearestCodes", () => {
  // more than two blocks of known codes
  const [known, queries] = [codes(700, 5, "known"), codes(9, 5, "queries")];

  test.each([
    ["all coordinates alike", undefined],
    ["some coordinates weigh more", [3, 0.1, 1, 0, 2]],
  ])("finds what comparing with every code finds: %s", (_, scale) => {
    const { indices, distances } = nearestCodes(known, queries, { k: 7, ...(scale && { scale }) });
    expect(indices.shape).toEqual([9, 7]);
    for (let q = 0; q < 9; q++) {
      const query = queries.data.subarray(q * 5, q * 5 + 5);
      expect([...indices.data.subarray(q * 7, q * 7 + 7)]).toEqual(
        byHand(known, query, 7, scale ?? [1, 1, 1, 1, 1], -1),
      );
      const own = [...distances.data.subarray(q * 7, q * 7 + 7)];
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  test("leaves out the query itself", () => {
    const rows = [5, 500];
    const asked = tensor(
      "float32",
      [2, 5],
      Float32Array.from(rows.flatMap((row) => [...known.data.subarray(row * 5, row * 5 + 5)])),
    );
    expect(nearestCodes(known, asked, { k: 1 }).indices.data).toEqual(Int32Array.from(rows));
    const { indices } = nearestCodes(known, asked, { k: 3, self: rows });
    rows.forEach((row, q) => {
      const expected = byHand(known, asked.data.subarray(q * 5, q * 5 + 5), 3, [1, 1, 1, 1, 1], row);
      expect([...indices.data.subarray(q * 3, q * 3 + 3)]).toEqual(expected);
    });
  });

  test("gives equal codes in their order", () => {
    const same = tensor("float32", [4, 1], Float32Array.of(1, 1, 1, 1));
    expect([...nearestCodes(same, tensor("float32", [1, 1]), { k: 3 }).indices.data]).toEqual([0, 1, 2]);
  });

  test.each([
    ["k beyond the codes", () => nearestCodes(known, queries, { k: 701 }), "only 700 neighbours"],
    ["other sizes", () => nearestCodes(known, codes(2, 4, "x")), "have 5 numbers, the queries 4"],
    [
      "NaN",
      () => nearestCodes(tensor("float32", [1, 1], Float32Array.of(Number.NaN)), tensor("float32", [1, 1])),
      "row 0",
    ],
    [
      "a scale of another size",
      () => nearestCodes(known, queries, { scale: [1] }),
      "scale must have 5 numbers",
    ],
  ])("refuses %s", (_, call, words) => {
    expect(call).toThrow(words);
  });
});
