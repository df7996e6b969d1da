import {
  type ExampleSchema,
  isStandardized,
  modelNumbers,
  readingOf,
  rows,
  schemaParts,
  type ExampleTensor,
} from "../data/portable.js";
import {
  describeSupport,
  firstOutside,
  type OutsidePart,
  outsideSupport,
  supportParts,
} from "../distributions/index.js";
import type { Vae } from "./vae.js";

/** Grey levels 0..1 in steps of 1/255, of which bytes are made up. */
const greyLevels = Float64Array.from({ length: 256 }, (_, level) => level / 255);
const plainLevels = Float64Array.from({ length: 256 }, (_, level) => level);

type Likelihood = Pick<Vae, "likelihood" | "dataSize">;

/** Whether any bytes at all will do, so that none need be looked at. */
export function takesAnyByte({ likelihood, dataSize }: Likelihood, schema: ExampleSchema): boolean {
  if (isStandardized(schema)) return takesAnyNumber({ likelihood, dataSize });
  const readings = new Set(schemaParts(schema).map(({ codec }) => readingOf(codec)));
  return supportParts(likelihood, [dataSize]).every(({ support }) =>
    [...readings].every(
      (reading) => outsideSupport(support, reading === "unit" ? greyLevels : plainLevels) === undefined,
    ),
  );
}

/** Whether any finite number will do. */
export function takesAnyNumber({ likelihood, dataSize }: Likelihood): boolean {
  return supportParts(likelihood, [dataSize]).every(
    ({ support }) => outsideSupport(support, [-0.5e30, 0.5e30]) === undefined,
  );
}

/** Examples are looked at in portions of so many numbers. */
const portion = 1 << 18;

function told(found: OutsidePart, first: number, parts: number, schema: ExampleSchema): string {
  const { part, place, value, expected } = found;
  const where = place ?? part.start;
  const column = schemaParts(schema).find(
    ({ name, start, size }) => name !== undefined && where >= start && where < start + size,
  );
  const named = column?.name === undefined ? "" : ` (column "${column.name}")`;
  const last = part.start + part.size - 1;
  const range = part.start === last ? `number ${last}` : `numbers ${part.start} to ${last}`;
  const whose = parts > 1 ? ` of ${part.name}, which has ${range}` : "";
  const what =
    place === undefined ? `${parts > 1 ? range : "numbers"}${named} add up to` : `number ${place}${named} is`;
  const standard = isStandardized(schema) ? " after standardisation" : "";
  return `example ${first + found.example}: ${what} ${value}${standard}; expected ${expected}${whose}`;
}

/**
 * The first thing in examples that a model's likelihood can't have put out, in words that name example, number and value;
 * undefined if there is none. `first` is the number of the first example.
 */
export function whyOutside(
  model: Likelihood,
  schema: ExampleSchema,
  examples: ExampleTensor,
  first = 0,
): string | undefined {
  const { likelihood, dataSize } = model;
  const bytes = examples.dtype === "uint8";
  if (bytes && takesAnyByte(model, schema)) return undefined;
  const parts = supportParts(likelihood, [dataSize]);
  const [only] = parts;
  const grey = schemaParts(schema).every(({ codec }) => codec.type === "unit");
  if (bytes && parts.length === 1 && only !== undefined && grey) {
    const counts = outsideSupport(only.support, plainLevels) === undefined;
    const remedy = counts
      ? ', as bytes that are read as they are would be (bytes: "plain", --bytes plain)'
      : "";
    return `bytes are read as grey levels 0..1; expected ${describeSupport(only.support)}${remedy}`;
  }
  const [length = 0] = examples.shape;
  const step = Math.max(1, Math.floor(portion / dataSize));
  for (let start = 0; start < length; start += step) {
    const values = modelNumbers(rows(examples, start, Math.min(length, start + step)), schema);
    const found = firstOutside(parts, values, dataSize);
    if (found !== undefined) return told(found, first + start, parts.length, schema);
  }
  return undefined;
}
