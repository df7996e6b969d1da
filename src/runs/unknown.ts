import { isSpec, type Json, requireComplete, type Spec } from "../catalogue/index.js";
import { distributions, type Family } from "../distributions/index.js";
import { type Objective, objectives } from "../objectives/index.js";
import { type Optimizer, optimizers, type Schedule, schedules } from "../optim/index.js";
import { UserError } from "../tensor/index.js";

/** How something of a user's own is made known, in the API. */
interface Way {
  readonly kind: string;
  readonly api: string;
}

const ways = {
  distribution: {
    kind: "distribution",
    api: "call registerFamily(...) first, or pass `families`, which looks it up, to loadModel",
  },
  optimiser: { kind: "optimiser", api: "pass the optimiser itself, or add it to `optimizers` first" },
  schedule: { kind: "schedule", api: "pass the schedule itself, or add it to `schedules` first" },
  objective: { kind: "objective", api: "call registerObjective(...) first, or pass the objective itself" },
} as const satisfies Readonly<Record<string, Way>>;

/** The first name in a spec, nested ones included, that a catalogue lacks. */
function unknownName(spec: Spec, isKnown: (name: string) => boolean): string | undefined {
  if (!isKnown(spec.name)) return spec.name;
  const within = (value: Json): string | undefined => {
    if (isSpec(value)) return unknownName(value, isKnown);
    if (!Array.isArray(value)) return undefined;
    return (value as readonly Json[]).map(within).find((name) => name !== undefined);
  };
  return Object.values(spec.config)
    .map(within)
    .find((name) => name !== undefined);
}

function unknown({ kind, api }: Way, name: string, configFile: string | undefined): UserError {
  const file =
    configFile === undefined
      ? "the config file that defines it"
      : `the file it was trained with, ${configFile}`;
  return new UserError(
    `the ${kind} "${name}" is not known here: it is none of those that come with latent. On the command line give ` +
      `--config FILE, ${file}; in the API, ${api}`,
    2,
  );
}

/** A saved family. Throws a UserError that says how to make one's own known, and which config file a run had. */
export function knownFamily(spec: Spec, configFile?: string): Family {
  const name = unknownName(spec, (one) => distributions.find(one) !== undefined);
  if (name !== undefined) throw unknown(ways.distribution, name, configFile);
  return distributions.from(spec);
}

/** A saved objective. Throws a UserError that says how to make one's own known, and which config file a run had. */
export function knownObjective(spec: Spec, configFile?: string): Objective {
  const name = unknownName(spec, (one) => objectives.find(one) !== undefined);
  if (name !== undefined) throw unknown(ways.objective, name, configFile);
  const made = objectives.from(spec);
  requireComplete(spec, made);
  return made;
}

/** A saved optimiser. Throws a UserError that says how to make one's own known, and which config file a run had. */
export function knownOptimizer(spec: Spec, configFile?: string): Optimizer {
  if (optimizers.find(spec.name) === undefined) throw unknown(ways.optimiser, spec.name, configFile);
  const made = optimizers.from(spec);
  requireComplete(spec, made);
  return made;
}

/** A saved schedule. Throws a UserError that says how to make one's own known, and which config file a run had. */
export function knownSchedule(spec: Spec, configFile?: string): Schedule {
  if (schedules.find(spec.name) === undefined) throw unknown(ways.schedule, spec.name, configFile);
  const made = schedules.from(spec);
  requireComplete(spec, made);
  return made;
}
