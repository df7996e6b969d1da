import { expect, test } from "vitest";
import { ThreadChoice } from "./thread-choice.js";

/** The numbers of threads of `runs` runs of 10 steps whose time by threads is `perStep`. */
function played(
  choice: ThreadChoice,
  most: number,
  runs: number,
  perStep: (threads: number) => number,
): number[] {
  return Array.from({ length: runs }, () => {
    const threads = choice.threads(most);
    choice.took(10 * perStep(threads), 10);
    return threads;
  });
}

const count = (list: readonly number[], threads: number): number =>
  list.filter((one) => one === threads).length;

test("keeps all threads where they gain, and loses little with trying", () => {
  const threads = played(new ThreadChoice(), 2, 400, (n) => (n === 2 ? 10 : 15));
  expect(threads.slice(0, 20)).toEqual(Array(20).fill(2)); // 2 s
  expect(count(threads, 1)).toBe(3 * 2); // three runs at 2 s, none when it is more's turn, three at 32 s
});

test("goes down to one thread where more do harm, and back when they gain", () => {
  const choice = new ThreadChoice();
  const harmed = played(choice, 4, 800, (n) => 10 * n);
  expect(harmed.at(-1)).toBe(1);
  const gaining = played(choice, 4, 1600, (n) => 40 / n);
  expect(gaining.at(-1)).toBe(4);
});

test("a short run is never tried on", () => {
  expect(
    count(
      played(new ThreadChoice(), 8, 19, () => 10),
      8,
    ),
  ).toBe(19);
});

test("begins anew with what is left when others take their share", () => {
  const choice = new ThreadChoice();
  played(choice, 4, 300, (n) => 10 * n);
  expect(choice.threads(2)).toBe(2);
  expect(choice.threads(1)).toBe(1);
  expect(
    count(
      played(choice, 1, 500, () => 10),
      1,
    ),
  ).toBe(500);
});
