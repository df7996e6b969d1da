import { expect, test } from "vitest";
import { firstRows, sizeOfFirst } from "./first-rows";

const file = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 10, 11, 20, 21, 30, 31]);

test("the beginning of a file is a file of fewer examples", () => {
  const size = sizeOfFirst(2, [1, 2]);
  expect(size).toBe(20);
  expect([...firstRows(file.subarray(0, size), 2)]).toEqual([
    ...[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2],
    ...[10, 11, 20, 21],
  ]);
});

test("more examples than there are give all of them, and the file itself stays as it is", () => {
  expect([...firstRows(file, 9)]).toEqual([...file]);
  firstRows(file, 1);
  expect(file[7]).toBe(3);
});

test("labels have one axis", () => {
  const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]);
  expect([...firstRows(labels.subarray(0, sizeOfFirst(1, [])), 1)]).toEqual([0, 0, 8, 1, 0, 0, 0, 1, 7]);
});
