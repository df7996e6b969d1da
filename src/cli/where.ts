import type { ModelClasses, TrainedVae } from "../model/index.js";
import { valuesBetweenCommas } from "../rows/index.js";
import { UserError } from "../tensor/index.js";

/** What is asked for by `--where`: a column, and the values that it may have. */
interface Wanted {
  readonly column: string;
  readonly values: readonly string[];
}

const usage = 'write --where "label=7", "label=3,5" or "label in (3, 5)"';

function valuesIn(text: string): readonly string[] {
  const values = valuesBetweenCommas(text);
  if (values !== undefined) return values;
  throw new UserError(`--where: can't read the values "${text}"; ${usage}`, 2);
}

/** Reads `label=7`, `label=3,5` and `label in (3, 5)`. Throws a UserError for anything else. */
export function parseWhere(text: string): Wanted {
  const listed = /^\s*(\S+?)\s+in\s*\((.*)\)\s*$/i.exec(text);
  const [, column, values] = listed ?? /^\s*([^=<>!\s]+)\s*==?\s*(.+?)\s*$/.exec(text) ?? [];
  if (column === undefined || values === undefined)
    throw new UserError(`--where: can't read "${text}"; ${usage}`, 2);
  if (/\s(and|or)\s+\S+\s*=/i.test(values)) {
    throw new UserError(`--where: the condition is one label; for one of several, ${usage}`, 2);
  }
  return { column, values: valuesIn(values) };
}

/** The classes of the model in `folder`. Throws a UserError that names the option if it has no condition. */
export function requireClasses({ classes }: TrainedVae, option: string, folder: string): ModelClasses {
  if (classes !== undefined) return classes;
  throw new UserError(
    `${option}: the model in ${folder} was trained without a condition, so it can't tell what a label looks like; train ` +
      "one with --condition label",
    2,
  );
}

/**
 * The classes that a text asks for, by name or number. Throws a UserError if the model in `folder` takes no condition, or there is
 * no such class.
 */
export function classesWhere(model: TrainedVae, text: string, folder: string): readonly string[] {
  const { column, values } = parseWhere(text);
  requireClasses(model, "--where", folder);
  if (column.toLowerCase() !== "label") {
    throw new UserError(`--where: the model is given a label, not "${column}"; ${usage}`, 2);
  }
  return values;
}

/** The same for what shows one class only. */
export function oneClassWhere(model: TrainedVae, text: string, folder: string): string {
  const [first = "", ...others] = classesWhere(model, text, folder);
  if (others.length === 0) return first;
  throw new UserError('--where: one class can be shown at a time, such as "label=7"', 2);
}
