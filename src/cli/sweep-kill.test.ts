import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { beginSweep, modelFiles, sweepPlace, valuesIn } from "../testing/sweep-runs.js";

const place = sweepPlace();
const { at, specFile } = place;

let file = "";
beforeAll(async () => {
  file = specFile("killed", { concurrency: 1 });
  const whole = await runCli(["sweep", file, "--out", at("whole")]);
  if (whole.code !== 0) throw new Error(whole.stderr);
}, 60_000);
afterAll(() => place.remove());

describe("a sweep of which something is killed", () => {
  test.each([
    ["early", "task", 1],
    ["middle", "epoch", 3],
    ["late", "outcome", 2],
  ] as const)(
    "goes on after its process was killed %s, to the same figures and bytes",
    async (name, kind, count) => {
      let seen = 0;
      const code = await beginSweep([file, "--out", at(name)], ({ type }, child) => {
        if (type === kind && ++seen === count) child.kill("SIGKILL");
      });
      expect(code).toBe(null);
      const resumed = await runCli(["sweep", "resume", at(name)]);
      expect(resumed).toMatchObject({ code: 0 });
      expect(valuesIn(at(name))).toEqual(valuesIn(at("whole")));
      expect(modelFiles(at(name, "best"))).toEqual(modelFiles(at("whole", "best")));
    },
  );

  test("a worker that is killed is replaced", async () => {
    let killed = false;
    const code = await beginSweep([file, "--out", at("replaced")], ({ type }, child) => {
      if (type !== "epoch" || killed) return;
      killed = true;
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")
        .trim()
        .split(" ");
      for (const pid of children) process.kill(Number(pid), "SIGKILL");
    });
    expect(killed).toBe(true);
    expect(code).toBe(0);
    expect(valuesIn(at("replaced"))).toEqual(valuesIn(at("whole")));
  });
});
