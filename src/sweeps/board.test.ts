import { describe, expect, test } from "vitest";
import { boardFor, doneWith, workThrough } from "../testing/sweeps.js";
import { bestRun, refitOf } from "./best.js";
import { runTask } from "./run-task.js";
import type { SweepSpec } from "./spec.js";
import { statusOf } from "./status.js";
import { csvOf, tableOf } from "./table.js";
import { runId, taskFolder, type TrialTask } from "./trial.js";

const spec = (more: Partial<SweepSpec> = {}): SweepSpec => ({
  run: { data: "mnist", epochs: 9, lr: "log-uniform(from=1e-4, to=1e-1)", latent: "integer(from=1, to=9)" },
  search: "random",
  budget: { trials: 9 },
  ...more,
});

const taskOf = async (board: ReturnType<typeof boardFor>["board"], worker = "w") => {
  const asked = await board.ask(worker);
  if (asked.kind !== "task") throw new Error(`expected a task, got ${asked.kind}`);
  return asked;
};

const lrOf = ({ run }: TrialTask): number => Math.abs(Math.log10(run.lr as number) + 2.5);

describe("a board", () => {
  test("hands out each run once, and ends when the budget is used", async () => {
    const { board, plan } = boardFor(spec());
    const tasks = await workThrough(board, lrOf);
    expect(tasks.map(({ trial }) => trial)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(9);
    const state = await board.state();
    const best = bestRun(plan, state);
    expect(best?.value).toBe(Math.min(...tasks.map(lrOf)));
    expect(best?.run).toEqual(tasks[best?.trial ?? -1]?.run);
    expect(await board.ask("w")).toEqual({ kind: "done" });
    await board.change({ budget: { trials: 10 } });
    expect((await taskOf(board)).task.trial).toBe(9);
  });

  test("gives a lost worker's run to another, and keeps nothing of what the first reports late", async () => {
    const { board, clock } = boardFor(spec({ budget: { trials: 1 } }));
    const first = await taskOf(board, "a");
    expect(await board.beat(first, 2)).toBe("go on");
    expect((await board.ask("b")).kind).toBe("wait");
    clock.now += 101;
    const second = await taskOf(board, "b");
    expect(second.task.id).toBe(first.task.id);
    expect(await board.beat(first)).toBe("lost");
    expect(await board.report(first, doneWith(first.task, 1))).toBe(false);
    expect(await board.report(second, doneWith(second.task, 2))).toBe(true);
    expect((await board.state()).trials[0]?.jobs).toMatchObject([
      { state: "done", report: { evaluation: { negativeElbo: 2 } } },
    ]);
    expect(await board.report(second, doneWith(second.task, 3))).toBe(false);
  });

  test("tells runs that a worker holds from those that wait for one, as while the sweep is paused", async () => {
    const { board, plan } = boardFor(spec({ budget: { trials: 2 } }));
    const counts = async (): Promise<object> => statusOf(plan, await board.state()).counts;
    const [first, second] = [await taskOf(board, "a"), await taskOf(board, "b")];
    expect(await counts()).toMatchObject({ running: 2, waiting: 0 });
    await board.change({ state: "paused" });
    await board.report(first, { kind: "interrupted" });
    expect(await counts()).toMatchObject({ running: 1, waiting: 1 });
    await board.report(second, doneWith(second.task, 1));
    expect(await counts()).toMatchObject({ running: 0, waiting: 1, complete: 1 });
    await board.change({ state: "running" });
    expect((await taskOf(board)).task.trial).toBe(0);
    expect(await counts()).toMatchObject({ running: 1, waiting: 0 });
    await board.change({ state: "stopped" });
    await board.bury("w");
    expect(await counts()).toMatchObject({ running: 0, waiting: 0, stopped: 1, complete: 1 });
  });

  test("frees the leases of a worker that is known to be gone at once", async () => {
    const { board } = boardFor(spec({ budget: { trials: 1 } }));
    const first = await taskOf(board, "a");
    await board.bury("a");
    expect((await taskOf(board, "b")).task.id).toBe(first.task.id);
  });

  test("gives a run up that is lost again and again, and goes on with others", async () => {
    const { board } = boardFor(spec({ budget: { trials: 2 } }));
    for (let i = 0; i < 3; i++) {
      await taskOf(board, "a");
      await board.bury("a");
    }
    expect(await board.ask("a")).toEqual({ kind: "wait", milliseconds: 0 });
    expect((await taskOf(board, "a")).task.trial).toBe(1);
    expect((await board.state()).trials[0]).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("lost 3 times") as string,
    });
  });

  test("an interruption is no attempt", async () => {
    const { board } = boardFor(spec({ budget: { trials: 1 } }));
    for (let i = 0; i < 5; i++) await board.report(await taskOf(board), { kind: "interrupted" });
    expect((await taskOf(board)).task.trial).toBe(0);
  });

  test("pauses, resumes and stops", async () => {
    const { board } = boardFor(spec());
    const under = await taskOf(board);
    await board.change({ state: "paused" });
    expect(await board.beat(under)).toBe("leave");
    expect((await board.ask("b")).kind).toBe("wait");
    await board.report(under, { kind: "interrupted" });
    await board.change({ state: "running" });
    expect((await taskOf(board)).task.id).toBe(under.task.id);
    await board.change({ state: "stopped" });
    expect((await board.ask("b")).kind).toBe("done");
  });

  test("keeps to budgets of seconds and of epochs", async () => {
    for (const budget of [{ seconds: 2.5 }, { epochs: 25 }]) {
      const { board } = boardFor(spec({ budget }));
      expect(await workThrough(board, lrOf)).toHaveLength(3);
    }
  });

  test("trains every seed of a point, whose mean decides; the table tells the spread", async () => {
    const { board, plan } = boardFor(spec({ seeds: 3, budget: { trials: 2 } }));
    const tasks = await workThrough(
      board,
      ({ trial, seed }) => (trial === 0 ? [1, 1, 10] : [3, 4, 2])[seed] ?? 0,
    );
    expect(tasks.map(({ trial, run }) => [trial, run.seed])).toEqual(
      [0, 1].flatMap((trial) => [0, 1, 2].map((seed) => [trial, seed])),
    );
    const rows = tableOf(plan, await board.state());
    expect(rows.map(({ value, spread }) => [value, spread])).toEqual([
      [4, Math.sqrt(27)],
      [3, 1],
    ]);
    expect(bestRun(plan, await board.state())).toMatchObject({ trial: 1, seed: 2, value: 2 });
    expect(csvOf(plan, rows).split("\n")[0]).toBe(
      "trial,state,lr,latent,epochs,negativeElbo,spread,split,binarize,seconds,peakMemory,parameters,runs,reason",
    );
  });

  test("leaves diverged runs and those that violate a constraint out of the running", async () => {
    const { board, plan } = boardFor(
      spec({ constraints: { metrics: { kl: { min: 1 } } }, budget: { trials: 3 } }),
    );
    const [a, b, c] = [await taskOf(board, "a"), await taskOf(board, "b"), await taskOf(board, "c")];
    await board.report(a, { kind: "pruned", reason: "training stopped: loss became NaN" });
    await board.report(b, doneWith(b.task, NaN));
    await board.report(c, doneWith(c.task, 1));
    expect((await board.state()).trials.map(({ state, reason }) => [state, reason])).toEqual([
      ["pruned", "training stopped: loss became NaN"],
      ["pruned", "negativeElbo became NaN"],
      ["pruned", "kl 0 is below 1"],
    ]);
    expect(bestRun(plan, await board.state())).toBeUndefined();
  });

  test("proposes the same points when it begins anew from the state that it had", async () => {
    const { board } = boardFor(spec({ search: "tpe(startup=3)" }));
    const tasks = await workThrough(board, lrOf);
    const again = await workThrough(boardFor(spec({ search: "tpe(startup=3)" })).board, lrOf);
    expect(again).toEqual(tasks);
  });

  test("a small space ends by itself", async () => {
    const { board } = boardFor(
      spec({ run: { data: "mnist", latent: "integer(from=1, to=4)" }, budget: { trials: 100 } }),
    );
    const tasks = await workThrough(board, ({ run }) => run.latent as number);
    expect(tasks.map(({ run }) => run.latent).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe("early stopping", () => {
  test("asha: a third of each rung goes on, planned epochs stay, the best is trained to its end", async () => {
    const { board, plan } = boardFor(spec({ stopping: "asha(eta=3)", budget: { trials: 27 } }));
    const tasks = await workThrough(board, (task) => lrOf(task) + 1 / task.epochs);
    expect(tasks.every(({ run }) => run.epochs === 9)).toBe(true);
    const at = (epochs: number): number => tasks.filter((task) => task.epochs === epochs).length;
    expect(at(1)).toBe(27);
    expect(at(3)).toBeGreaterThanOrEqual(9);
    expect(at(9)).toBeGreaterThanOrEqual(3);
    const total = tasks.reduce((sum, { epochs }) => sum + (epochs === 1 ? 1 : epochs - epochs / 3), 0);
    expect(total).toBeLessThan((27 * 9) / 2);
    // Promotions are of the same run.
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(27);
    const best = bestRun(plan, await board.state());
    expect(best?.trial).toBe(tasks.toSorted((a, b) => lrOf(a) - lrOf(b))[0]?.trial);
  });

  test("the best of a few trials, none of which was promoted to the top, is trained to its end", async () => {
    const { board, plan } = boardFor(spec({ stopping: "asha(eta=3)", budget: { trials: 2 } }));
    const tasks = await workThrough(board, lrOf);
    expect(tasks.map(({ epochs }) => epochs)).toEqual([1, 1, 9]);
    expect(bestRun(plan, await board.state())?.report.epoch).toBe(9);
  });

  test("hyperband: brackets of the sizes of Li et al. 2018", async () => {
    const { board } = boardFor(spec({ stopping: "hyperband(eta=3)", budget: { trials: 17 } }));
    const tasks = await workThrough(board, lrOf);
    const state = await board.state();
    const count = (bracket: number, epochs: number): number =>
      tasks.filter((task) => state.trials[task.trial]?.bracket === bracket && task.epochs === epochs).length;
    expect([1, 3, 9].map((epochs) => count(0, epochs))).toEqual([9, 3, 1]);
    expect([3, 9].map((epochs) => count(1, epochs))).toEqual([5, 1]);
    expect(count(2, 9)).toBe(3);
  });
});

describe("a task", () => {
  const task = (): TrialTask => {
    const run = { data: "mnist", epochs: 2 };
    return {
      trial: 0,
      rung: 0,
      seed: 0,
      run,
      id: runId(run),
      epochs: 2,
      limits: { parameters: 10 },
      secondsBefore: 0,
    };
  };
  const around = { runs: "/runs", signal: new AbortController().signal };

  test("names no folder but that of its settings", () => {
    expect(taskFolder("/runs", task())).toBe(`/runs/${runId(task().run)}`);
    expect(() => taskFolder("/runs", { ...task(), id: "../../etc" })).toThrow(
      "is not named after its settings",
    );
    expect(runId({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(runId({ b: [{ d: 3, c: 2 }], a: 1 }));
    expect(runId({ a: 1 })).not.toBe(runId({ a: 2 }));
    expect(runId({ a: 1, out: "x" })).toBe(runId({ a: 1 }));
  });

  test("a model above the limit is pruned before it is trained; a damaged task fails for good", async () => {
    const outcome = await runTask(
      task(),
      (_, options) => {
        options.onModel(11);
        return Promise.reject(options.signal.aborted ? new Error("aborted") : new Error("trained"));
      },
      around,
    );
    expect(outcome).toEqual({ kind: "pruned", reason: "the model has 11 parameters, which is above 10" });
    const other = await runTask({ ...task(), id: "x" }, () => Promise.reject(new Error("never")), around);
    expect(other).toMatchObject({ kind: "failed" });
  });
});

test("refitting leaves the held-out share and early stopping out", async () => {
  const { board, plan } = boardFor(
    spec({
      run: { data: "mnist", validation: 0.1, patience: 2, epochs: 9, latent: "integer(from=1, to=4)" },
    }),
  );
  await workThrough(board, ({ run }) => run.latent as number);
  const best = bestRun(plan, await board.state());
  expect(best && refitOf(best)).toEqual({ data: "mnist", epochs: 9, latent: 1, threads: 1, seed: 0 });
});
