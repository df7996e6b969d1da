import { expect, test } from "vitest";
import { range } from "./ranges.js";
import { defineSweep, planOf } from "./spec.js";

const of = (spec: unknown) => () => planOf(spec, "sweep.ts", 4);
const run = { data: "mnist", lr: "log-uniform(from=1e-4, to=1e-2)" };

test("fills in what is not told", () => {
  expect(of(defineSweep({ run: { data: "mnist", z: range.integer(2, 9), batch: 64 } }))()).toEqual({
    version: 1,
    run: {
      data: "mnist",
      latent: { name: "integer", config: { from: 2, to: 9 } },
      batchSize: 64,
      threads: 1,
    },
    names: { latent: "z", batchSize: "batch" },
    search: { name: "tpe", config: { startup: 10, candidates: 24, gamma: 0.2 } },
    stopping: { name: "none", config: {} },
    ...{ metric: "negativeElbo", direction: "minimize", constraints: { limits: {}, metrics: {} } },
    ...{ seeds: 1, seed: 0, refit: false, budget: { trials: 20 }, concurrency: 4 },
  });
});

test.each([
  [{}, "sweep.ts must export an object with a run"],
  [{ run: { data: "mnist" } }, "no setting of the run is a range"],
  [
    { run: { ...run, lr: "log-uniform(from=-1, to=1)" } },
    "sweep.ts: run: lr: log-uniform: from must be above 0",
  ],
  [
    { run: { ...run, latent: "integer(from=0, to=3)" } },
    "sweep.ts: run: latent must be a whole number from 1",
  ],
  [{ run: { ...run, objective: "choice(of=[elbo, nonsense])" } }, 'unknown objective "nonsense"'],
  [{ run: { ...run, objective: "choice(of=[elbo, beta-vae(betta=uniform(from=1, to=2))])" } }, "betta"],
  [{ run: { ...run, batchsize: 3 } }, 'no option "batchsize"'],
  [{ run: { ...run, binarize: "choice(of=[none, dynamic])" } }, "can't be compared"],
  [{ run: { ...run, data: () => 1 } }, "must be plain data"],
  [{ run: { lr: run.lr } }, "data must be mnist or a path"],
  [
    { run: { ...run, lr: "log-unifrom(from=1e-4, to=0.1)" } },
    'sweep.ts: run: lr: unknown range "log-unifrom"; did you mean "log-uniform"?',
  ],
  [
    { run: { ...run, lr: { name: "logUniform", config: { from: 1, to: 2 } } } },
    'run: lr: unknown range "logUniform"; did you mean "log-uniform"?',
  ],
  [{ run: { ...run, activation: "choise(of=[relu, tanh])" } }, 'did you mean "choice"?'],
  [
    { run: { ...run, objective: "beta-vae(beta=intger(to=3, from=1))" } },
    'sweep.ts: run: objective.beta-vae.beta: unknown range "intger"; did you mean "integer"?',
  ],
  [
    { run: { ...run, lr: "log-uniform(form=1e-4, to=0.1)" } },
    'sweep.ts: run: lr: log-uniform has no option "form"; did you mean "from"?',
  ],
  [
    { run: { ...run, latent: "integer(min=2, max=9)" } },
    'sweep.ts: run: latent: integer has no option "min"; choose from',
  ],
  [{ run, search: "tpx" }, 'sweep.ts: search: unknown search "tpx"; did you mean "tpe"?'],
  [{ run, search: "tpe(startp=3)" }, 'sweep.ts: search: tpe has no option "startp"; did you mean "startup"?'],
  [
    { run, stopping: "ahsa" },
    'sweep.ts: stopping: unknown rule of early stopping "ahsa"; did you mean "asha"?',
  ],
  [{ run, metric: "negativeElbow" }, 'did you mean "negativeElbo"?'],
  [{ run, budget: { trails: 3 } }, 'did you mean "trials"?'],
  [{ run, stopping: "asha(eta=0)" }, "eta must be"],
  [{ run: { ...run, epochs: "integer(from=1, to=9)" }, stopping: "asha" }, "epochs can't be a range"],
  [{ run, metric: "elbow" }, 'no metric "elbow"'],
  [{ run, metric: "kl" }, "must be said"],
  [{ run, metric: "negativeLogLikelihood" }, "needs logLikelihood"],
  [{ run, budget: { trails: 3 } }, "trails"],
  [{ run, constraints: { peakMemory: "lots" } }, "must be a size such as 512MB"],
  [{ run, constraints: { metrics: { mse: { most: 1 } } } }, "most"],
  [{ run, sedes: 3 }, "sedes"],
])("%j is refused", (spec, message) => {
  expect(of(spec)).toThrow(message);
});

test("ranges are checked where they are made", () => {
  expect(() => range.uniform(2, 1)).toThrow("from must be less than to");
  expect(() => range.choice([])).toThrow("range.choice");
  expect(range.uniform(0, 1, { step: 0.25 })).toEqual({
    name: "uniform",
    config: { from: 0, to: 1, step: 0.25 },
  });
});

test("sizes of memory are read", () => {
  expect(of({ run, constraints: { peakMemory: "2GB", parameters: 5 } })().constraints.limits).toEqual({
    peakMemory: 2e9,
    parameters: 5,
  });
});
