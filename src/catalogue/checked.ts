import type * as z from "zod/mini";
import { valueInWords, suggestion, UserError } from "../tensor/index.js";
import type { Json } from "./json.js";
import { isSpec, type Spec } from "./spec.js";

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/** `model.encoder`, `input[0]`. */
function pathInWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
}

/**
 * The contents of a file, checked. Throws a UserError that names file and field: the first that is missing, unknown or
 * of the wrong kind. Messages of the schema begin with "must".
 */
export function checkedFile<T>(file: string, schema: z.ZodMiniType<T>, value: unknown, advice = ""): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const name = pathInWords(path);
  const found = at(value, path);
  const where = name === "" ? file : `${file}: "${name}"`;
  const end = advice === "" ? "" : `; ${advice}`;
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = knownKeys(schema, path);
    const hint = known.length === 0 ? "" : `; ${suggestion(key, known)}`;
    throw new UserError(
      `${where} has an entry "${key}" that this version of latent does not know${hint}${end}`,
    );
  }
  if (found === undefined) throw new UserError(`${where} is missing${end}`);
  const message = issue?.message.startsWith("must") ? issue.message : "is not valid";
  throw new UserError(`${where} ${message}, got ${valueInWords(found)}${end}`);
}

/** The keys that an object schema at a path has. */
function knownKeys(schema: z.ZodMiniType, path: readonly PropertyKey[]): string[] {
  let inner: unknown = schema;
  for (const key of path) inner = shapeOf(inner)?.[key as string];
  return Object.keys(shapeOf(inner) ?? {});
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof schema !== "object" || schema === null || !("shape" in schema)) return undefined;
  return schema.shape as Readonly<Record<string, unknown>>;
}

/**
 * Throws a UserError if a saved choice lacks an option that what was made of it has: left to a default, it would be
 * another than what was saved.
 */
export function requireComplete(
  saved: Spec,
  made: { readonly name: string; readonly config: Readonly<Record<string, unknown>> },
): void {
  for (const [key, value] of Object.entries(made.config)) {
    const own: Json | undefined = Object.hasOwn(saved.config, key) ? saved.config[key] : undefined;
    if (own === undefined) throw new UserError(`the option "${key}" of ${saved.name} is missing`);
    if (isSpec(own) && isSpec(value)) requireComplete(own, value);
  }
}

/** What `make` returns; a UserError of it is told as one of the file. */
export function inFile<T>(file: string, field: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(`${file}: ${field}: ${cause.message}`, 1, { cause });
  }
}
