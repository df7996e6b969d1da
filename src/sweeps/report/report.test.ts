import { expect, test } from "vitest";
import { boardFor, workThrough } from "../../testing/sweeps.js";
import { RandomStream } from "../../tensor/index.js";
import { pointBy, spaceOf } from "../space/space.js";
import { importances } from "./importance.js";
import { sweepReport } from "./report.js";

test("importance: what decides has it, what is of no matter has none", () => {
  const space = spaceOf(
    { lr: "log-uniform(from=1e-4, to=1)", latent: "integer(from=1, to=9)", hidden: "choice(of=[1, 2])" },
    { latent: "z" },
  );
  const measured = Array.from({ length: 60 }, (_, i) => {
    const places = new RandomStream(1, "test", i).uniform(new Float64Array(3), 0);
    const point = pointBy(space, ({ range }, d) => range.at(places[d] ?? 0));
    return { point, value: Math.log10(point.lr ?? 1) + (point.hidden === 0 ? 0.5 : 0) };
  });
  const found = importances(space.dimensions, measured);
  const [lr = 0, latent = 0, hidden = 0] = (found?.settings ?? []).map(({ total }) => total);
  expect(found?.explained).toBeGreaterThan(0.7);
  expect(found?.settings.map(({ name }) => name)).toEqual(["lr", "z", "hidden"]);
  expect(lr).toBeGreaterThan(0.8);
  expect(hidden).toBeLessThan(lr);
  expect(latent).toBeLessThan(0.05);
  expect(importances(space.dimensions, measured.slice(0, 7))).toBeUndefined();
  expect(importances(space.dimensions, measured)).toEqual(found);
});

test("the report stands by itself, the same for the same sweep, and tells what decided", async () => {
  const { board, plan } = boardFor({
    run: {
      data: "mnist",
      epochs: 9,
      lr: "log-uniform(from=1e-4, to=1e-1)",
      objective: "choice(of=[elbo, simple])",
    },
    search: "random",
    stopping: "asha",
    budget: { trials: 12 },
  });
  await workThrough(board, ({ run, epochs }) => Math.abs(Math.log10(run.lr as number) + 2) + 1 / epochs);
  const html = await sweepReport("one", plan, await board.state(), { environment: { node: "v20" } });
  expect(html).toBe(await sweepReport("one", plan, await board.state(), { environment: { node: "v20" } }));
  for (const part of [
    "Best negativeElbo",
    "validation, trial",
    "Importance of settings",
    "Settings and what they came to",
  ]) {
    expect(html).toContain(part);
  }
  expect(html).not.toContain("<script");
});
