import type { Asked, Assignment, Beaten, StateChange } from "./protocol.js";
import { metricOf } from "./metric.js";
import { type OpenPlan, plannedEpochs } from "./plan.js";
import { countOf, samePoint } from "./space/space.js";
import { bestTrial, highestRung, observationsOf, rungsOf, standingsOf, usedBy } from "./standing.js";
import type { JobRecord, Point, SweepState, TrialRecord } from "./state.js";
import { type Outcome, type PlainRun, runId, type RunReport, type TrialTask } from "./trial.js";

/** A job that could not be finished so many times is given up, and its trial with it. */
const mostAttempts = 3;
/** Milliseconds after which a worker without a job asks again. */
const pause = 500;

/** What a step of the scheduler changes, and what it returns. */
export interface Step<T> {
  readonly change?: StateChange;
  readonly result: T;
}

/** A lease to give. */
export interface LeaseTerms {
  readonly token: string;
  readonly worker: string;
  readonly now: number;
  /** Milliseconds that it lasts without a beat. */
  readonly lasts: number;
}

const replaced = (trial: TrialRecord, job: JobRecord, by: JobRecord): TrialRecord => ({
  ...trial,
  jobs: trial.jobs.map((one) => (one === job ? by : one)),
});

function withoutLease(job: JobRecord): JobRecord {
  const { rung, seed, epochs, state, attempts, epoch, report } = job;
  return {
    ...{ rung, seed, epochs, state, attempts },
    ...(epoch !== undefined && { epoch }),
    ...(report !== undefined && { report }),
  };
}

function isFree({ state, lease }: JobRecord, now: number): boolean {
  return state === "open" || (state === "leased" && (lease === undefined || lease.until < now));
}

/** The settings of one of a trial's runs. */
export function runOf({ run }: TrialRecord, seed: number): PlainRun {
  return { ...run, seed: (typeof run.seed === "number" ? run.seed : 0) + seed, epochs: plannedEpochs(run) };
}

function taskOf(plan: OpenPlan, trial: TrialRecord, { rung, seed, epochs }: JobRecord): TrialTask {
  const run = runOf(trial, seed);
  const before = trial.jobs.filter((job) => job.seed === seed && job.rung < rung);
  return {
    trial: trial.number,
    rung,
    seed,
    run,
    id: runId(run),
    epochs,
    limits: plan.constraints.limits,
    ...(plan.logLikelihood && { logLikelihood: plan.logLikelihood }),
    secondsBefore: before.reduce((sum, { report }) => sum + (report?.seconds ?? 0), 0),
  };
}

function lent(plan: OpenPlan, trial: TrialRecord, job: JobRecord, terms: LeaseTerms): Step<Asked> {
  const { token, worker, now, lasts } = terms;
  const lease = { token, worker, until: now + lasts };
  const leased: JobRecord = { ...job, state: "leased", lease, attempts: job.attempts + 1 };
  return {
    change: { trials: [replaced(trial, job, leased)] },
    result: { kind: "task", task: taskOf(plan, trial, leased), token },
  };
}

/** Jobs of all of a point's seeds at a rung. */
function jobsAt(plan: OpenPlan, rung: number, epochs: number): readonly JobRecord[] {
  return Array.from({ length: plan.seeds }, (_, seed) => ({
    rung,
    seed,
    epochs,
    state: "open" as const,
    attempts: 0,
  }));
}

function promoted(plan: OpenPlan, trial: TrialRecord, rung: number, terms: LeaseTerms): Step<Asked> {
  const jobs = jobsAt(plan, rung, rungsOf(plan, trial)[rung] ?? plannedEpochs(trial.run));
  const [first] = jobs;
  if (first === undefined) throw new Error("a sweep has at least one seed");
  return lent(plan, { ...trial, jobs: [...trial.jobs, ...jobs] }, first, terms);
}

/** How many proposals that have been there already are passed over before the space counts as used up. */
const mostTries = 200;

/** The next point that hasn't been tried, or undefined if there are none or none is found. */
function nextPoint(plan: OpenPlan, state: SweepState): Point | undefined {
  const { search, space, seed } = plan;
  if (state.trials.length >= (search.count?.(space) ?? countOf(space))) return undefined;
  const history = observationsOf(plan, state);
  for (let i = 0; i < mostTries; i++) {
    const point = search.propose({ space, history, index: state.trials.length + i, seed });
    if (point === undefined) return undefined;
    if (!state.trials.some((trial) => samePoint(trial.point, point))) return point;
  }
  return undefined;
}

function begun(
  plan: OpenPlan,
  state: SweepState,
  bracket: number,
  terms: LeaseTerms,
): Step<Asked> | undefined {
  const point = nextPoint(plan, state);
  if (point === undefined) return undefined;
  const trial: TrialRecord = {
    number: state.trials.length,
    point,
    run: plan.space.fill(point),
    bracket,
    state: "open",
    jobs: [],
  };
  return promoted(plan, trial, 0, terms);
}

/** A job that is there to be done: of a trial under way, or one that a lost worker had. */
function waiting({ trials }: SweepState, now: number): readonly [TrialRecord, JobRecord] | undefined {
  for (const trial of trials) {
    const job = trial.state === "open" ? trial.jobs.find((one) => isFree(one, now)) : undefined;
    if (job !== undefined) return [trial, job];
  }
  return undefined;
}

function isUsedUp({ control: { budget }, ...state }: SweepState): {
  readonly adding: boolean;
  readonly all: boolean;
} {
  const used = usedBy({ control: { state: "running", budget, concurrency: 1 }, ...state });
  const { trials = Infinity, seconds = Infinity, epochs = Infinity } = budget;
  const all = used.seconds >= seconds || used.epochs >= epochs;
  return { all, adding: all || used.trials >= trials };
}

/**
 * What a worker that asks is told, and how the state changes by it. When there is nothing left to try, the best trial is trained to
 * its planned end if it was stopped before.
 */
export function ask(plan: OpenPlan, state: SweepState, terms: LeaseTerms): Step<Asked> {
  const wait: Step<Asked> = { result: { kind: "wait", milliseconds: pause } };
  if (state.control.state === "stopped") return { result: { kind: "done" } };
  if (state.control.state === "paused") return wait;
  const found = waiting(state, terms.now);
  if (found !== undefined) {
    const [trial, job] = found;
    if (job.attempts < mostAttempts) return lent(plan, trial, job, terms);
    const reason = `its run was lost ${mostAttempts} times: the process ended without a word`;
    const given: TrialRecord = { ...trial, state: "failed", reason };
    return { change: { trials: [given] }, result: { kind: "wait", milliseconds: 0 } };
  }
  const underWay = state.trials.some((trial) =>
    trial.jobs.some((job) => job.state === "leased" && trial.state === "open"),
  );
  const budget = isUsedUp(state);
  if (!budget.all) {
    const next = proceed(plan, state, !budget.adding, terms);
    if (next !== undefined) return next;
  }
  if (underWay) return wait;
  return finale(plan, state, terms) ?? { result: { kind: "done" } };
}

function proceed(
  plan: OpenPlan,
  state: SweepState,
  mayAdd: boolean,
  terms: LeaseTerms,
): Step<Asked> | undefined {
  const standings = standingsOf(plan, state);
  const epochs = plannedEpochs(plan.run);
  const decision = plan.stopping.next(standings, epochs, mayAdd);
  if (decision.kind === "promote") {
    const trial = state.trials[decision.trial];
    return trial && promoted(plan, trial, highestRung(trial) + 1, terms);
  }
  if (decision.kind === "wait") return undefined;
  // A space that is used up is like a budget that is.
  return (
    begun(plan, state, decision.bracket, terms) ?? (mayAdd ? proceed(plan, state, false, terms) : undefined)
  );
}

function finale(plan: OpenPlan, state: SweepState, terms: LeaseTerms): Step<Asked> | undefined {
  const best = bestTrial(plan, state);
  if (best === undefined || best.complete) return undefined;
  return promoted(plan, best.trial, rungsOf(plan, best.trial).length - 1, terms);
}

/** The trial and the job of an assignment, if it still holds its lease. */
function held(
  { trials }: SweepState,
  { task, token }: Assignment,
): readonly [TrialRecord, JobRecord] | undefined {
  const trial = trials[task.trial];
  const job = trial?.jobs.find((one) => one.state === "leased" && one.lease?.token === token);
  return trial && job && [trial, job];
}

/** Keeps a lease. */
export function beat(
  state: SweepState,
  assignment: Assignment,
  { now, lasts, epoch }: Pick<LeaseTerms, "now" | "lasts"> & { readonly epoch?: number },
): Step<Beaten> {
  const found = held(state, assignment);
  if (found === undefined) return { result: "lost" };
  const [trial, job] = found;
  const lease = job.lease && { ...job.lease, until: now + lasts };
  const kept = { ...job, ...(lease && { lease }), ...(epoch !== undefined && { epoch }) };
  const leave = state.control.state !== "running" || trial.state !== "open";
  return {
    change: { trials: [replaced(trial, job, kept)], passing: true },
    result: leave ? "leave" : "go on",
  };
}

/** Why a run that was measured is out of the running, if it is. */
function objection(
  plan: OpenPlan,
  trial: TrialRecord,
  { epochs }: JobRecord,
  report: RunReport,
): string | undefined {
  const value = metricOf(report, plan.metric);
  if (value === undefined) return `the run has no ${plan.metric}: it is not defined for its settings`;
  if (!Number.isFinite(value)) return `${plan.metric} became ${value}`;
  if (epochs < plannedEpochs(trial.run) && !report.finished) return undefined;
  for (const [name, { min = -Infinity, max = Infinity }] of Object.entries(plan.constraints.metrics)) {
    const found = metricOf(report, name);
    if (found === undefined) return `the run has no ${name}, of which the constraints speak`;
    if (found < min) return `${name} ${found} is below ${min}`;
    if (found > max) return `${name} ${found} is above ${max}`;
  }
  return undefined;
}

/** Keeps what a task came to. */
export function settle(
  plan: OpenPlan,
  state: SweepState,
  assignment: Assignment,
  outcome: Outcome,
): Step<boolean> {
  const found = held(state, assignment);
  if (found === undefined) return { result: false };
  const [trial, leased] = found;
  const job = withoutLease(leased);
  const keep = (kept: JobRecord, more: Partial<TrialRecord> = {}): Step<boolean> => ({
    change: { trials: [{ ...replaced(trial, leased, kept), ...more }] },
    result: true,
  });
  switch (outcome.kind) {
    case "done": {
      const reason = objection(plan, trial, job, outcome.report);
      const done: JobRecord = { ...job, state: "done", report: outcome.report };
      return keep(done, reason === undefined ? {} : { state: "pruned", reason });
    }
    case "pruned":
      return keep({ ...job, state: "done" }, { state: "pruned", reason: outcome.reason });
    case "failed":
      if (outcome.again && job.attempts < mostAttempts) return keep({ ...job, state: "open" });
      return keep({ ...job, state: "done" }, { state: "failed", reason: outcome.reason });
    case "interrupted":
      return keep({ ...job, state: "open", attempts: job.attempts - 1 });
  }
}

/** Gives up the leases of a worker that is gone. */
export function bury(state: SweepState, isGone: (worker: string) => boolean): Step<void> {
  const trials = state.trials.flatMap((trial): TrialRecord[] => {
    const jobs = trial.jobs.map(({ lease, ...job }): JobRecord => {
      if (lease === undefined) return job;
      return isGone(lease.worker) ? { ...job, state: "open" } : { ...job, lease };
    });
    return trial.jobs.some(({ lease }) => lease !== undefined && isGone(lease.worker))
      ? [{ ...trial, jobs }]
      : [];
  });
  return { change: { trials }, result: undefined };
}
