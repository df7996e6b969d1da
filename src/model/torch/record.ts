import * as z from "zod/mini";
import { checkedFile } from "../../catalogue/index.js";
import { savedText, savedWhole } from "../saved.js";
import type { Rows } from "./mapping.js";

/** An array of the file that a model was imported from, and whose numbers it holds. */
export interface RecordedArray {
  readonly name: string;
  /** The element type as safetensors call it. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Our array; missing for what is only kept. */
  readonly array?: string;
  /** The rows of it, if not all. */
  readonly rows?: Rows;
  /** The numbers themselves of what is only kept. */
  readonly values?: readonly number[];
}

/** How the file looked that a model was imported from, so that an export writes it again: plain data in `model.json`. */
export interface TorchRecord {
  readonly metadata: Readonly<Record<string, string>>;
  readonly arrays: readonly RecordedArray[];
}

const must = (what: string): { error: string } => ({ error: `must be ${what}` });

const recordSchema = z.strictObject(
  {
    metadata: z.record(z.string(), savedText, must("an object of texts")),
    arrays: z.array(
      z.strictObject({
        name: savedText,
        type: z.enum(["F64", "F32", "F16", "BF16", "I64", "I32", "U8", "BOOL"], must("an element type")),
        shape: z.array(savedWhole(0), must("a shape")),
        array: z.optional(savedText),
        rows: z.optional(z.tuple([savedWhole(0), savedWhole(1)], must("two whole numbers"))),
        values: z.optional(z.array(z.number(must("a number")), must("a list of numbers"))),
      }),
      must("a list"),
    ),
  },
  must("what an import wrote"),
);

/** What an import has kept in a model's `about`; undefined if the model was not imported. Throws a UserError naming `file`. */
export function recordIn(about: Readonly<Record<string, unknown>>, file: string): TorchRecord | undefined {
  if (about["torch"] === undefined) return undefined;
  return checkedFile(file, recordSchema, about["torch"], "import the model again") as TorchRecord;
}
