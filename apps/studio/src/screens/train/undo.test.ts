import { expect, test } from "vitest";
import { canUndo, type Past, settle, undo } from "./undo";

const start: Past<{ z: number }> = { before: [], settled: { z: 2 } };

test("what was settled comes back step by step, the newest first", () => {
  const past = settle(settle(start, { z: 3 }), { z: 4 });
  const first = undo(past, { z: 4 });
  const second = undo(first, first.settled);
  expect([first.settled, second.settled, canUndo(second, second.settled)]).toEqual([
    { z: 3 },
    { z: 2 },
    false,
  ]);
});

test("a change that is still going on is taken back alone", () => {
  const past = settle(start, { z: 3 });
  expect(canUndo(start, { z: 9 })).toBe(true);
  expect(undo(past, { z: 31 })).toEqual({ before: [{ z: 2 }], settled: { z: 3 } });
});

test("the same again is no change, and nothing before gives what there is", () => {
  expect(settle(start, { z: 2 })).toEqual(start);
  expect(undo(start, { z: 2 })).toEqual(start);
});
