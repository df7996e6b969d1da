import { expect, test } from "vitest";
import { type CpuTimes, cpuTimes, loadElsewhere } from "./cpu-load.js";

/** A machine whose clocks are set by hand. */
function clocks(cores: number): { read(): CpuTimes; pass(ms: number, own: number, others: number): void } {
  let [busy, total, own] = [1000, 5000, 300];
  return {
    read: () => ({ busy, total, own, cores }),
    pass(ms, ownCores, otherCores) {
      total += cores * ms;
      own += ownCores * ms;
      busy += (ownCores + otherCores) * ms;
    },
  };
}

test("what other programs use is what is used less one's own, averaged over the time since the last look", () => {
  const machine = clocks(4);
  const look = loadElsewhere(4, machine.read);
  expect(look()).toBe(0); // no time has passed
  machine.pass(500, 3, 0);
  expect(look()).toBe(0);
  machine.pass(500, 2, 1.5);
  expect(look()).toBeCloseTo(1.5, 12);
  machine.pass(500, 2, 2);
  machine.pass(500, 2, 0);
  expect(look()).toBeCloseTo(1, 12);
});

test("clocks that don't quite agree never give less than none", () => {
  const machine = clocks(2);
  const look = loadElsewhere(2, machine.read);
  machine.pass(500, 2, -0.1);
  expect(look()).toBe(0);
});

test("where the machine has more cores than may be used, nothing is said of others", () => {
  const machine = clocks(64);
  const look = loadElsewhere(2, machine.read);
  machine.pass(500, 2, 40);
  expect(look()).toBe(0);
});

test("this machine's clocks go forward", async () => {
  const before = cpuTimes();
  const until = performance.now() + 60;
  while (performance.now() < until) Math.sqrt(until);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const after = cpuTimes();
  expect(after.own).toBeGreaterThan(before.own);
  expect(after.total).toBeGreaterThan(before.total);
  expect(after.busy).toBeLessThanOrEqual(after.total);
});
