import { suggestion } from "../catalogue/index.js";
import type { Evaluation } from "../evaluate/index.js";
import { UserError } from "../tensor/index.js";
import type { RunReport } from "./trial.js";

/** Whether a metric is to be small or large. */
export type Direction = "minimize" | "maximize";

type Reader = (report: RunReport) => number | null | undefined;
const evaluated =
  (read: (evaluation: Evaluation) => number | null | undefined): Reader =>
  ({ evaluation }) =>
    read(evaluation);

/** Metrics by name: which way is better, where that is beyond question, and how it is read. */
const known: Readonly<Record<string, readonly [Direction | undefined, Reader]>> = {
  negativeElbo: ["minimize", evaluated((one) => one.negativeElbo)],
  reconstruction: ["minimize", evaluated((one) => one.reconstruction)],
  kl: [undefined, evaluated((one) => one.kl)],
  mse: ["minimize", evaluated((one) => one.mse)],
  activeUnits: ["maximize", evaluated((one) => one.activeUnits)],
  accuracy: ["maximize", evaluated((one) => one.accuracy)],
  negativeLogLikelihood: ["minimize", evaluated((one) => one.logLikelihood?.negativeLogLikelihood)],
  seconds: ["minimize", (report) => report.seconds],
  cpuSeconds: ["minimize", (report) => report.cpuSeconds],
  peakMemory: ["minimize", (report) => report.peakMemory],
  parameters: ["minimize", (report) => report.parameters],
};

const ofTerms = /^terms\.(.+)$/;

/** The names of all metrics but the objectives' own terms, which are `terms.NAME`. */
export const metricNames = Object.keys(known);

/** Throws a UserError unless `name` is that of a metric. */
export function requireMetric(where: string, name: string): void {
  if (Object.hasOwn(known, name) || ofTerms.test(name)) return;
  throw new UserError(
    `${where}: there is no metric "${name}"; ${suggestion(name, metricNames)}, or terms.NAME for a term of the objective`,
    2,
  );
}

/** Which way of a metric is better. Throws a UserError where that has to be said. */
export function directionOf(where: string, name: string, told: Direction | undefined): Direction {
  const direction = told ?? known[name]?.[0] ?? (ofTerms.test(name) ? "minimize" : undefined);
  if (direction !== undefined) return direction;
  throw new UserError(
    `${where}: whether ${name} is better small or large must be said: direction minimize or maximize`,
    2,
  );
}

/** A metric of a run at a rung; undefined where the run has none. */
export function metricOf(report: RunReport, name: string): number | undefined {
  const term = ofTerms.exec(name)?.[1];
  const value = term === undefined ? known[name]?.[1](report) : report.evaluation.terms[term];
  return value ?? undefined;
}
