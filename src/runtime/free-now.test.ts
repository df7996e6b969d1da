import { expect, test } from "vitest";
import { freeNow } from "./free-now.js";

test("a freed buffer has no bytes, whatever part of it was seen", () => {
  const whole = new Float32Array(1000);
  const part = whole.subarray(10, 20);
  freeNow(part);
  expect([whole.length, part.length, whole.buffer.byteLength]).toEqual([0, 0, 0]);
  freeNow(whole); // has none to free
});

test("shared memory stays, for others may read it", () => {
  const shared = new Float32Array(new SharedArrayBuffer(16));
  freeNow(shared);
  expect(shared).toHaveLength(4);
});
