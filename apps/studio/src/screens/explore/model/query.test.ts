import { expect, test } from "vitest";
import { readView, writeView } from "./query";

test("what is written is read again, to float32", () => {
  const z = Float32Array.of(0.1234567, -1.5e-8, 3);
  const read = readView(writeView({ tool: "draw", z, dims: [2, 0], given: 7 }), 3);
  expect(read).toMatchObject({ tool: "draw", dims: [2, 0], given: 7 });
  read.z?.forEach((value, i) => expect(value).toBeCloseTo(z[i] ?? 0, 6));
});

test("what makes no sense is left out", () => {
  expect(readView("tool=fly&z=1,2&dims=0,0&class=-1", 3)).toEqual({ tool: "walk" });
  expect(readView("z=1,x,2&dims=9", 3)).toEqual({ tool: "walk" });
  expect(readView(undefined, 2)).toEqual({ tool: "walk" });
});

test("codes too long for an address are not written", () => {
  expect(writeView({ tool: "walk", z: new Float32Array(1000) })).toBe("tool=walk");
});
