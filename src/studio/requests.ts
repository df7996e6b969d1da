import * as z from "zod/mini";
import { modelFields, type Settings, trainingFields } from "../runs/index.js";
import { checkConfig } from "../runs/index.js";
import { Refusal } from "./refusal.js";
import { controls } from "./trainer.js";

/** Bytes of a request that is JSON. */
export const largestRequest = 2 ** 20;

const shortText = z.string().check(z.minLength(1), z.maxLength(200));

export const trainBody = z.strictObject({
  name: z.optional(shortText),
  spec: z.record(z.string(), z.unknown()),
  data: shortText,
});
export const controlBody = z.strictObject({ action: z.enum(controls) });
export const resumeBody = z.strictObject({
  epochs: z.optional(z.int().check(z.minimum(1), z.maximum(1_000_000))),
});

export const sizeQuery = z.object({ size: z.optional(z.string().check(z.regex(/^\d{1,5}(x\d{1,5})?$/))) });

const splits = ["train", "validation", "test"] as const;
const whole = (least: number, most: number, otherwise: number) =>
  z._default(
    z.coerce.number().check(z.refine((n) => Number.isInteger(n) && n >= least && n <= most)),
    otherwise,
  );
export const rowsQuery = z.object({
  split: z._default(z.enum(splits), "test"),
  count: whole(1, 20_000, 2000),
  offset: whole(0, Number.MAX_SAFE_INTEGER, 0),
});

/** A value checked. Throws a Refusal that names what is wrong. */
export function checked<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(400, [issue?.path.join("."), issue?.message].filter(Boolean).join(": "));
}

/** A request's body, whole. Throws a Refusal if it is longer than `most` bytes; no more than that is kept. */
export async function readBody(request: Request, most: number): Promise<Uint8Array> {
  const tooLong = new Refusal(413, `the request is longer than ${most.toLocaleString("en-US")} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLong;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw tooLong;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Throws a Refusal unless a request says that it is of a type, which other sites' pages can't say of theirs unasked. */
export function requireType(request: Request, type: string): void {
  const found = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (found !== type) throw new Refusal(415, `send it as ${type}`);
}

/** A request's JSON, checked. Throws a Refusal for anything else. */
export async function readJsonBody<T>(request: Request, schema: z.ZodMiniType<T>): Promise<T> {
  requireType(request, "application/json");
  const bytes = await readBody(request, largestRequest);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, "it is no JSON");
  }
  return checked(schema, value);
}

/** Other names of fields, and how pictures and their bytes are read. */
const otherFields = ["z", "batch", "layout", "size", "fit", "colour", "background", "broken", "bytes"];
const allowed = new Set([...Object.keys(modelFields), ...Object.keys(trainingFields), ...otherFields]);
/** What a plain spec says besides, and is decided here. */
const decidedHere = new Set(["data", "input", "out", "pictures", "memory"]);

/** What a run is told by a spec as plain data. Throws a UserError for what it can't be told; places are never taken from it. */
export function settingsOfSpec(spec: Readonly<Record<string, unknown>>): Settings {
  const names = Object.keys(spec).filter((name) => !decidedHere.has(name));
  const refused = names.find((name) => !allowed.has(name));
  if (refused !== undefined) {
    throw new Refusal(400, `spec: a run here can't be told "${refused.slice(0, 100)}"`);
  }
  return checkConfig(Object.fromEntries(names.map((name) => [name, spec[name]])), "spec");
}
