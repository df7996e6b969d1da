import type * as z from "zod/mini";
import { optionEntries, unknownOption, valueInWords } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import type { Checked, Fields } from "./field.js";

/** Checks one value. `where` names it in messages: `--z`. Throws a UserError of wrong usage. */
export function checkField<T>(
  where: string,
  schema: z.ZodMiniType<T>,
  value: unknown,
  shown: unknown = value,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const message = result.error.issues[0]?.message ?? "is not valid";
  if (!message.startsWith("must")) {
    throw new UserError(`${where}${message.startsWith("can't be") ? "" : ":"} ${message}`, 2);
  }
  const got = message.includes(", got ") ? "" : `, got ${valueInWords(shown)}`;
  throw new UserError(`${where} ${message}${got}`, 2);
}

/**
 * Checks options by their fields: unknown ones are refused with a suggestion, and those that are undefined are left out.
 * Throws a UserError of wrong usage that begins with `where`.
 */
export function checkFields<F extends Fields>(where: string, told: unknown, fields: F): Checked<F> {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of optionEntries(where, told)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw unknownOption(where, name, Object.keys(fields));
    if (value !== undefined) checked[name] = checkField(`${where}: ${name}`, field.schema, value);
  }
  return checked as Checked<F>;
}
