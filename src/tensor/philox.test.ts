import { describe, expect, it } from "vitest";
import { philoxFill, philoxHash } from "./philox.js";

type Words = readonly [number, number, number, number];

function philox([c0, c1, c2, c3]: Words, k0: number, k1: number): number[] {
  const out = new Int32Array(4);
  philoxFill(out, 1, c0, c1, c2, c3, k0, k1);
  return Array.from(out, (word) => word >>> 0);
}

describe("philoxFill", () => {
  // The "philox4x32 10" lines of the file kat_vectors in Random123's tests.
  it("gives Random123's known answers", () => {
    expect(philox([0, 0, 0, 0], 0, 0)).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], ones, ones)).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    const pi: Words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    expect(philox(pi, 0xa4093822, 0x299f31d0)).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  it("agrees with the definition in exact integers", () => {
    const exact = (counter: Words, k0: number, k1: number) => {
      let x = counter.map(BigInt);
      let key = [BigInt(k0), BigInt(k1)];
      for (let round = 0; round < 10; round++) {
        const [x0 = 0n, x1 = 0n, x2 = 0n, x3 = 0n] = x;
        const [key0 = 0n, key1 = 0n] = key;
        const product0 = 0xd2511f53n * x0;
        const product1 = 0xcd9e8d57n * x2;
        x = [(product1 >> 32n) ^ x1 ^ key0, product1, (product0 >> 32n) ^ x3 ^ key1, product0].map((value) =>
          BigInt.asUintN(32, value),
        );
        key = [BigInt.asUintN(32, key0 + 0x9e3779b9n), BigInt.asUintN(32, key1 + 0xbb67ae85n)];
      }
      return x.map(Number);
    };
    let state: number[] = [1, 2, 3, 4];
    for (let i = 0; i < 500; i++) {
      const [a = 0, b = 0, c = 0, d = 0] = state;
      const next = philox([a, b, c, d], d, a);
      expect(next).toEqual(exact([a, b, c, d], d, a));
      state = next;
    }
  });

  it("counts up in the first word only and writes nothing beyond its blocks", () => {
    const out = new Int32Array(13).fill(7);
    philoxFill(out, 3, 0xfffffffe, 5, 6, 7, 8, 9);
    const blocks = [0xfffffffe, 0xffffffff, 0].flatMap((low) => philox([low, 5, 6, 7], 8, 9));
    expect(Array.from(out.subarray(0, 12), (word) => word >>> 0)).toEqual(blocks);
    expect(out[12]).toBe(7);
  });
});

describe("philoxHash", () => {
  // Computed by a separate implementation of the documented scheme in Python integers.
  it.each([
    ["", 0, 0],
    ["a", 0x108094e5, 0x2ab0da5c],
    ["noise/0", 0x66cd362a, 0x6745bd3c],
    ["0123456789abcdef", 0xf0a751f3, 0xc3fa31e6],
    ["weights/décodeur/0.weight", 0x97f1ab1f, 0x148bef10],
  ])("of %j is pinned", (text, first, second) => {
    expect(philoxHash(text).map((word) => word >>> 0)).toEqual([first, second]);
  });

  it("tells texts apart that differ in little, in padding or in length", () => {
    const texts = ["a", "a\0", "a\0\0", "\0a", "0123456789abcdef", "0123456789abcdef\0", "0123456789abcde"];
    for (let i = 0; i < 20_000; i++) texts.push(`noise/${i}`);
    expect(new Set(texts.map((text) => philoxHash(text).join())).size).toBe(texts.length);
  });
});
