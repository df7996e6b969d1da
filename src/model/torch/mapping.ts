import { readJson } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";

/**
 * Whose numbers a `state_dict`'s names are: PyTorch's name of an array, or of a module, on the left; ours on the right, with
 * `[from:to]` for some of the rows, or null for what is not taken. The longest name that fits counts.
 *
 *     { "fc_mu": "encoder.6[0:16]", "fc_var": "encoder.6[16:32]", "body": "decoder", "classifier": null }
 */
export type TorchMapping = Readonly<Record<string, string | null>>;

/** Rows `from` to `to` - 1 of an array. */
export type Rows = readonly [from: number, to: number];

/** Whether parts laid end to end are all `height` rows of an array, each once. */
export function areWhole(parts: readonly Rows[], height: number): boolean {
  let end = 0;
  for (const [from, to] of [...parts].sort(([a], [b]) => a - b)) {
    if (from !== end) return false;
    end = to;
  }
  return end === height;
}

/** The array, or some of its rows, that a name of PyTorch stands for; null if it is not taken. */
export type Target = { readonly array: string; readonly rows?: Rows } | null;

/** A name of ours as a mapping has it, and rows of it. */
export const written = /^([^[\]]+?)(?:\[(\d+):(\d+)\])?$/;

/** Throws a UserError, which begins with `source`, unless `mapping` is one. */
export function checkMapping(mapping: unknown, source: string): TorchMapping {
  if (typeof mapping !== "object" || mapping === null || Array.isArray(mapping)) {
    throw new UserError(
      `${source} must be an object of PyTorch's names and ours, such as {"body.0": "encoder.0"}`,
      2,
    );
  }
  for (const [name, value] of Object.entries(mapping)) {
    const text: unknown = value;
    if (text !== null && (typeof text !== "string" || !written.test(text))) {
      throw new UserError(
        `${source}: "${name}" must be one of our names, such as "encoder.0" or "encoder.4[0:16]", or null, got ` +
          JSON.stringify(text),
        2,
      );
    }
    const [, , from, to] = written.exec(text ?? "") ?? [];
    if (from !== undefined && Number(from) >= Number(to)) {
      throw new UserError(`${source}: "${name}" has no rows from ${from} to ${to}`, 2);
    }
  }
  return mapping as TorchMapping;
}

/** A mapping out of a JSON file's text. Throws a UserError that names the file. */
export function readMapping(text: string, file: string): TorchMapping {
  return checkMapping(readJson(text, file), file);
}

/** What a name stands for by a mapping; undefined if it says nothing of it. */
export function targetOf(mapping: TorchMapping, name: string): Target | undefined {
  for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
    const key = name.slice(0, end);
    const value = Object.hasOwn(mapping, key) ? mapping[key] : undefined;
    if (value === null) return null;
    if (value === undefined) continue;
    const [, path = "", from, to] = written.exec(value) ?? [];
    const array = `${path}${name.slice(end)}`;
    return from === undefined ? { array } : { array, rows: [Number(from), Number(to)] };
  }
  return undefined;
}
