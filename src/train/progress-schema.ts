import * as z from "zod/mini";
import { UserError } from "../tensor/index.js";
import { withTodaysNames } from "./earlier-names.js";
import type { EpochRecord } from "./events.js";
import type { Progress } from "./state.js";

const count = z.int().check(z.minimum(0));
/** JSON has null for a number that is not finite. */
const figure = z.nullable(z.number());

const evaluation = z.looseObject({
  split: z.string(),
  examples: count,
  negativeElbo: figure,
  reconstruction: figure,
  kl: figure,
  klMethod: z.enum(["exact", "monteCarlo", "none"]),
  mse: figure,
  activeUnits: count,
  latentDim: count,
  terms: z.record(z.string(), figure),
});

const record = z.looseObject({
  epoch: z.int().check(z.minimum(1)),
  step: count,
  train: z.record(z.string(), figure),
  gradientNorm: z.optional(figure),
  skipped: z.optional(count),
  lr: z.optional(figure),
  evaluation,
});

const progress = z
  .looseObject({
    epoch: count,
    stepInEpoch: count,
    step: count,
    sums: z.record(z.string(), z.number()),
    seen: count,
    history: z.array(record),
    best: z.optional(z.object({ value: z.number(), epoch: z.int().check(z.minimum(1)) })),
    finished: z.boolean(),
    tally: z.optional(z.object({ updates: count, norms: z.number(), skipped: count, unsound: count })),
    skipped: z.optional(z.object({ total: count, inARow: count })),
    watched: z.optional(z.object({ factor: z.number(), best: z.number(), bad: count, cooldown: count })),
  })
  .check(
    z.refine(
      ({ epoch, history }) => history.length === epoch && history.every((line, i) => line.epoch === i + 1),
      { path: ["history"], error: "its epochs are not those that are finished" },
    ),
    z.refine(({ epoch, best }) => best === undefined || best.epoch <= epoch, {
      path: ["best"],
      error: "it is of a later epoch",
    }),
  );

/** The first thing that is wrong, with the field where it is. */
function problemOf({ issues }: z.core.$ZodError): string {
  const [issue] = issues;
  return issue === undefined
    ? "it is not readable"
    : [issue.path.join("."), issue.message].filter(Boolean).join(": ");
}

function parsed(schema: z.ZodMiniType, text: string): { value: unknown } | { problem: string } {
  let value: unknown;
  try {
    value = withTodaysNames(JSON.parse(text) as unknown);
  } catch {
    return { problem: "it is no JSON" };
  }
  const { error } = schema.safeParse(value);
  return error === undefined ? { value } : { problem: problemOf(error) };
}

/** A line of `metrics.jsonl`, or in words what is wrong with it. */
export function parseRecord(line: string): { readonly record: EpochRecord } | { readonly problem: string } {
  const result = parsed(record, line);
  return "problem" in result ? result : { record: result.value as EpochRecord };
}

/** A checkpoint's progress. Throws a UserError that names `source` and the field if it is none. */
export function parseProgress(text: string, source: string): Progress {
  const result = parsed(progress, text);
  if ("problem" in result)
    throw new UserError(`${source} is damaged: its progress can't be read (${result.problem})`);
  const { epoch, stepInEpoch, step, sums, seen, history, best, finished, ...more } = result.value as Progress;
  const { tally, skipped, watched } = more;
  // In the order of a new run's, so that a resumed run writes the same bytes as one that was never interrupted.
  return {
    epoch,
    stepInEpoch,
    step,
    sums,
    seen,
    history,
    best,
    finished,
    ...(tally && { tally }),
    ...(skipped && { skipped }),
    ...(watched && { watched }),
  };
}
