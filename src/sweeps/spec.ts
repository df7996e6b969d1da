import { existsSync } from "node:fs";
import path from "node:path";
import {
  be,
  isSpec,
  type Json,
  optionEntries,
  requireArgument,
  type Spec,
  unknownOption,
} from "../catalogue/index.js";
import { checkConfig, type LatentConfig, runFields } from "../runs/index.js";
import { UserError } from "../tensor/index.js";
import { directionOf, requireMetric } from "./metric.js";
import { type Constraints, readBudget, readConstraints } from "./limits.js";
import { searches } from "./search/registry.js";
import { pointBy, type Space, spaceOf } from "./space/space.js";
import type { Budget, Point } from "./state.js";
import { stoppings } from "./stopping/registry.js";
import type { PlainRun } from "./trial.js";
import type { SweepPlan } from "./plan.js";

/** A setting of a run, or a range of it: as `range.logUniform(1e-4, 1e-2)` gives it, or the same as text. */
export type Ranged<T> = T | Spec | string;

/** The run of a sweep: what `latent.config.ts` may say, with ranges in place of values, also inside `name(option=value)`. */
export type SweepRun = { readonly [K in keyof LatentConfig]: Ranged<LatentConfig[K]> };

/** A sweep as it is told. Every option but `run` has a default. */
export interface SweepSpec {
  /** The settings of the runs, of which some are ranges. `data` is a name or a path. */
  readonly run: SweepRun;
  /** How points are chosen: grid, random, sobol, tpe, or name(option=value); default tpe. */
  readonly search?: string | Spec;
  /** How runs that do badly are stopped early: none, asha, hyperband, or name(option=value); default none. */
  readonly stopping?: string | Spec;
  /** What decides: a metric of held-out examples, such as negativeElbo, mse, accuracy or terms.NAME; default negativeElbo. */
  readonly metric?: string;
  /** Whether it is better small or large; default as the metric is usually meant. */
  readonly direction?: "minimize" | "maximize";
  /** What a trial must keep to. */
  readonly constraints?: Constraints;
  /** Runs of each point, with seeds one after the other from the run's `seed`; their mean decides. Default 1. */
  readonly seeds?: number;
  /** What the sweep may use; default 20 trials, or all points of a grid. */
  readonly budget?: Budget;
  /** Seed of the search; default 0. */
  readonly seed?: number;
  /** Runs trained at a time; default one a core, which is the fastest for small models. */
  readonly concurrency?: number;
  /** Also train the best settings on training and validation examples together, and export that; default false. */
  readonly refit?: boolean;
  /** Measure the log-likelihood of held-out examples at each rung, for the metric negativeLogLikelihood. */
  readonly logLikelihood?: { readonly samples: number; readonly examples?: number };
}

/** Gives a sweep's file its type: `export default defineSweep({ run: { data: "mnist", lr: range.logUniform(1e-4, 1e-2) } })`. */
export function defineSweep(spec: SweepSpec): SweepSpec {
  requireArgument("defineSweep", "the sweep", spec, be.having(["run"], "an object with a `run`"));
  return spec;
}

const checks = {
  run: be.having([], "an object of a run's settings"),
  search: be.anything,
  stopping: be.anything,
  metric: be.text,
  direction: be.oneOf(["minimize", "maximize"]),
  constraints: be.having([], "an object, such as { parameters: 1e6 }"),
  seeds: be.whole(1, 1000),
  budget: be.having([], "an object, such as { trials: 50 }"),
  seed: be.seed,
  concurrency: be.whole(1, 1024),
  refit: be.boolean,
  logLikelihood: be.having(["samples"], "an object, such as { samples: 100 }"),
} as const;

/** Settings under which figures of a run can't be compared with those under others. */
const incomparable: Readonly<Record<string, string>> = {
  binarize: "figures for differently binarised examples can't be compared",
  standardize: "losses are those of the standardised numbers, which can't be compared",
  data: "figures for different data can't be compared",
  validation: "figures for different held-out examples can't be compared",
  seed: "give `seeds`, the number of runs of each point",
  out: "the sweep names the folders of its runs",
  resume: "the sweep resumes its runs",
};

/** The API's names of a run's settings, by themselves and by their flags. */
const settingNames = new Map(
  Object.entries(runFields).flatMap(([name, field]) => [
    [name, name],
    [(field as { flag?: string }).flag ?? name, name],
  ]),
);

interface ToldRun {
  readonly run: PlainRun;
  /** Settings that were told by another name than the API's. */
  readonly names: Readonly<Record<string, string>>;
}

function plainRun(source: string, run: object): ToldRun {
  const told: Record<string, Json> = {};
  const names: Record<string, string> = {};
  for (const [given, value] of optionEntries(`${source}: run`, run)) {
    const name = settingNames.get(given);
    if (name === undefined) throw unknownOption(`${source}: run`, given, [...settingNames.keys()]);
    if (value === undefined) continue;
    told[name] = plainValue(`${source}: run: ${given}`, value);
    if (given !== name) names[name] = given;
  }
  const apart = new Set(["out", "pictures", "input"]);
  const kept: PlainRun = Object.fromEntries(Object.entries(told).filter(([name]) => !apart.has(name)));
  if (typeof kept.data !== "string") {
    throw new UserError(`${source}: run: data must be mnist or a path, so that every worker finds it`, 2);
  }
  return { run: { ...kept, data: existsSync(kept.data) ? path.resolve(kept.data) : kept.data }, names };
}

/** A setting as plain data: objects of the catalogues have names and options. */
function plainValue(where: string, value: unknown): Json {
  if (isSpec(value)) return { name: value.name, config: plainValue(where, value.config) as Spec["config"] };
  if (typeof value === "function")
    throw new UserError(`${where} must be plain data in a sweep, not a function`, 2);
  if (Array.isArray(value)) return value.map((item) => plainValue(where, item));
  if (typeof value !== "object" || value === null) return value as Json;
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new UserError(`${where} must be plain data in a sweep: a name with options, such as "normal"`, 2);
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([key, one]) => [key, plainValue(where, one)]));
}

/** Points that reach every option of every choice, and both ends of all other ranges. */
function corners(space: Space): Point[] {
  const ends = [0, 1].map((place) => pointBy(space, ({ range }) => range.at(place)));
  const options = space.dimensions.flatMap((dimension) =>
    (dimension.range.options ?? []).map((_, option) =>
      pointBy(space, (other) =>
        other === dimension ? option : (reaching(space, other.path, dimension) ?? other.range.at(0.5)),
      ),
    ),
  );
  return [...ends, ...options];
}

/** The option that a choice must have for a setting below it to be of use. */
function reaching(
  { dimensions }: Space,
  choice: string,
  { when }: Space["dimensions"][number],
): number | undefined {
  if (when === undefined) return undefined;
  if (when.path === choice) return when.option;
  const above = dimensions.find(({ path: name }) => name === when.path);
  return above && reaching({ dimensions } as Space, choice, above);
}

/** What `read` makes of a part of the file; what is wrong with it names the part and the file too. */
function within<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith(where)) throw error;
    throw new UserError(`${where}: ${error.message}`, 2, { cause: error });
  }
}

function requireRanges(source: string, space: Space, stopping: Spec): void {
  if (space.dimensions.length === 0) {
    throw new UserError(
      `${source}: no setting of the run is a range, such as lr: "log-uniform(from=1e-4, to=1e-2)"`,
      2,
    );
  }
  for (const { path: name } of space.dimensions) {
    const field = name.split(".")[0] ?? "";
    const reason = incomparable[field];
    if (reason !== undefined) throw new UserError(`${source}: run: ${field} can't be a range: ${reason}`, 2);
    if (field === "epochs" && stopping.name !== "none") {
      throw new UserError(
        `${source}: run: epochs can't be a range where runs are stopped early: rungs are parts of it`,
        2,
      );
    }
  }
}

/**
 * Checks a sweep and fills in what was not told. Throws a UserError that names `source` and the option; every end of every range
 * and every option of every choice is checked as a run's setting is.
 */
export function planOf(spec: unknown, source: string, cores: number): SweepPlan {
  if (typeof spec !== "object" || spec === null || !("run" in spec)) {
    throw new UserError(
      `${source} must export an object with a run, such as defineSweep({ run: { data: "mnist" } })`,
      2,
    );
  }
  for (const [name, value] of optionEntries(source, spec)) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(source, name, Object.keys(checks));
    if (value !== undefined) requireArgument(source, name, value, checks[name as keyof typeof checks]);
  }
  const told = spec as SweepSpec;
  const { run, names } = plainRun(source, told.run);
  const space = within(`${source}: run`, () => spaceOf(run));
  const [searchAt, stoppingAt] = [`${source}: search`, `${source}: stopping`];
  const search = within(searchAt, () => searches.take(searchAt, told.search ?? "tpe"));
  const stopping = within(stoppingAt, () => stoppings.take(stoppingAt, told.stopping ?? "none"));
  requireRanges(source, space, stopping);
  for (const point of corners(space)) checkConfig(space.fill(point), `${source}: run`);
  const metric = told.metric ?? "negativeElbo";
  requireMetric(`${source}: metric`, metric);
  if (metric === "negativeLogLikelihood" && told.logLikelihood === undefined) {
    throw new UserError(
      `${source}: the metric negativeLogLikelihood needs logLikelihood: { samples: 100 }`,
      2,
    );
  }
  const concurrency = told.concurrency ?? cores;
  const count = search.count?.(space);
  const budget = readBudget(source, told.budget ?? {});
  const threads =
    typeof run.threads === "number" ? run.threads : Math.max(1, Math.floor(cores / concurrency));
  return {
    version: 1,
    run: { ...run, threads },
    ...(Object.keys(names).length > 0 && { names }),
    search: { name: search.name, config: search.config },
    stopping: { name: stopping.name, config: stopping.config },
    metric,
    direction: directionOf(`${source}: metric`, metric, told.direction),
    constraints: readConstraints(source, told.constraints ?? {}),
    seeds: told.seeds ?? 1,
    seed: told.seed ?? 0,
    refit: told.refit ?? false,
    budget: Object.keys(budget).length === 0 && count === undefined ? { trials: 20 } : budget,
    concurrency,
    ...(told.logLikelihood && { logLikelihood: { ...told.logLikelihood } }),
  };
}
