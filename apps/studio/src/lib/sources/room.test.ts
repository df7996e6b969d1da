import { expect, test } from "vitest";
import { inUnits, isNearlyFull, sizeOfFolder } from "./room";

const file = (size: number) => ({ kind: "file", getFile: async () => ({ size }) });
const folder = (...inside: unknown[]) => ({
  kind: "directory",
  async *values() {
    yield* inside;
  },
});

test("a folder takes what is in it and in the folders below; a file that goes meanwhile counts nothing", async () => {
  const gone = { kind: "file", getFile: () => Promise.reject(new Error("NotFoundError")) };
  const root = folder(file(3), folder(file(5), folder()), gone);
  expect(await sizeOfFolder(root as unknown as FileSystemDirectoryHandle)).toBe(8);
});

test("room is nearly full above nine tenths", () => {
  expect([0, 90, 91].map((used) => isNearlyFull({ used, given: 100 }))).toEqual([false, false, true]);
});

test("kilobytes and megabytes up to a thousand", () => {
  expect([inUnits(14_000), inUnits(2.5e6), inUnits(1.2e9)]).toEqual([
    { value: 14, unit: "kB" },
    { value: 2.5, unit: "MB" },
    { value: 1.2, unit: "GB" },
  ]);
});
