import { formatSpec, isSpec, type Spec } from "../catalogue/index.js";
import { optimizers } from "../optim/index.js";
import { UserError } from "../tensor/index.js";
import type { Change } from "../train/portable.js";
import type { Field } from "./field.js";
import { placeFields } from "./place-fields.js";
import type { RunConfig } from "./saved-run.js";
import { trainingFields } from "./training-fields.js";

type Plain = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The differences between two values of plain data, by the names of their places. */
function differences(name: string, before: unknown, now: unknown): Change[] {
  if (!isRecord(before) || !isRecord(now)) {
    return JSON.stringify(before) === JSON.stringify(now) ? [] : [{ name, before, now }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) =>
    differences(name === "" ? key : `${name}.${key}`, before[key], now[key]),
  );
}

/** Entries of the config that are no settings of a run, but say where and by which program it was run. */
const about = new Set(["version", "source", "configFile"]);
const fields: Readonly<Record<string, Pick<Field<unknown>, "resume">>> = {
  ...trainingFields,
  ...placeFields,
};

/** Whether a resumed run may have a setting that differs so. */
function mayChange({ name }: Change, { optimizer }: RunConfig): boolean {
  const [first = "", second, option = ""] = name.split(".");
  if (first === "schema") return true; // that of the run is used
  if (name === "dataset.name") return true; // a folder that was moved
  if (first !== "optimizer") return fields[first]?.resume === "free";
  return second === "config" && (optimizers.find(optimizer.name)?.changeable.includes(option) ?? false);
}

const inWords = (schedule: Spec | undefined): string =>
  schedule === undefined ? "constant" : formatSpec(schedule);

/** A schedule is another as a whole. */
function scheduleChange(before: Spec | undefined, now: Spec | undefined): Change[] {
  return differences("schedule", inWords(before), inWords(now));
}

/** What changes of a resumed run is told; where it runs and for how long is seen anyway. */
const untold = new Set(["dataset.name", "epochs", "device", "threads"]);

const shown = (value: unknown): string =>
  value === undefined ? "nothing" : isSpec(value) ? value.name : JSON.stringify(value);

/**
 * What a resumed run does otherwise than before, by the settings' names (`lr`). Throws a UserError that names the first
 * setting that can't change, which the setting's field says (`resume`).
 */
export function changesOf(folder: string, before: RunConfig, now: RunConfig): Change[] {
  const { schedule: was, ...others } = before;
  const { schedule, ...rest } = now;
  const found = [
    ...scheduleChange(was, schedule),
    ...differences("", others, rest).filter(({ name }) => !about.has(name.split(".")[0] ?? "")),
  ];
  const refused = found.find((change) => !mayChange(change, before));
  if (refused === undefined) {
    return found
      .filter(({ name }) => !untold.has(name))
      .map((change) => ({ ...change, name: change.name.replace("optimizer.config.", "") }));
  }
  const { name, before: a, now: b } = refused;
  throw new UserError(
    `${folder} holds a run with ${name} ${shown(a)}, but ${shown(b)} is asked for, which can't change when a run is ` +
      "resumed; leave it out, or choose another `out` for a run of its own",
    2,
  );
}
