import { UserError } from "../tensor/index.js";

/** Plain data, as it stands in a saved model or a configuration file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Deeper than any settings are, and far from where recursion over them would end. */
const deepest = 64;

/** The names of the way to a value and the value, for a value that is nested too deep or has a forbidden key. */
function unreadable(value: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at.value !== "object" || at.value === null) continue;
    if (at.depth >= deepest) return `it is nested more than ${deepest} deep`;
    if (Object.hasOwn(at.value, "__proto__")) return 'it has an entry "__proto__"';
    for (const inner of Object.values(at.value) as unknown[])
      open.push({ value: inner, depth: at.depth + 1 });
  }
  return undefined;
}

/**
 * The plain data of a JSON file's text. Throws a UserError that begins with `file` for text that is no JSON, and for
 * data that no settings can be: nested deeper than 64, or with a key `__proto__`.
 */
export function readJson(text: string, file: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message.replace(/\s+/g, " ").slice(0, 200)}` : "";
    throw new UserError(`${file} is damaged: it is not valid JSON${reason}`, 1, { cause });
  }
  const problem = unreadable(value);
  if (problem !== undefined) throw new UserError(`${file} is damaged: ${problem}`);
  return value;
}
