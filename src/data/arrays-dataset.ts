import { formatShape, UserError } from "../tensor/index.js";
import type { ArrayReading } from "./array-reading.js";
import { type Dataset, type ExampleTensor, kindOf, makeSplit, type Split } from "./dataset.js";
import type { DataArray, Part } from "./formats/format.js";
import { type FoundSet, lastName } from "./formats/found-set.js";
import { splitInPlace } from "./hold-out.js";
import { planLayout, turnChannelsLast } from "./layout.js";
import { isWideInteger } from "./number-types.js";
import type { ExampleData, ExampleSource } from "./source.js";
import { derived, makeStreamedSplit } from "./streamed.js";

/** An array whose header has been read: what is needed of it to have it in memory. */
export type ReadableArray = Omit<DataArray, "whole" | "source">;

/** What a data set of arrays is called, where it is found again, and which parts stay where they are. */
export interface ArraysPlace<A extends ReadableArray> {
  /** Its name where the arrays' names say none. */
  readonly named: string;
  readonly source?: string;
  /** Where a part's examples are read from while they are used; undefined for those in memory. */
  readonly streamed?: (part: Part, array: A) => ExampleSource | undefined;
  readonly notes?: readonly string[];
}

/** The share of the training examples that is held out for testing where a folder has no test split. */
const TEST_SHARE = 0.1;

/** Throws the UserError for an array that doesn't hold examples. */
function requireExamples({ shape, place }: ReadableArray): void {
  if (shape.length >= 2) return;
  throw new UserError(
    shape.length === 0
      ? `${place} holds a single number, not examples`
      : `${place} holds labels, not images: its shape is ${formatShape(shape)} where [examples, height, width] is ` +
          "expected. Are the files for images and labels exchanged? (One number an example is [examples, 1].)",
  );
}

/** What a person should know of an array's number type. */
function typeNotes({ place, type }: ReadableArray): string[] {
  const name = lastName(place);
  if (type === "bool") return [`${name} holds bools: 0 and 1, stored as bytes.`];
  if (!isWideInteger(type)) return [];
  return [`${name} holds ${type} numbers, which are used as they are: only uint8 is read as x/255.`];
}

/** Exchanges rows and columns of square images `[n, size, size, ...]` in place. */
function transpose(images: { readonly shape: readonly number[]; readonly data: ExampleData }): void {
  const [count = 0, size = 0, , channels = 1] = images.shape;
  const { data } = images;
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) {
        for (let c = 0; c < channels; c++) {
          const a = ((n * size + i) * size + j) * channels + c;
          const b = ((n * size + j) * size + i) * channels + c;
          const kept = data[a] ?? 0;
          data[a] = data[b] ?? 0;
          data[b] = kept;
        }
      }
    }
  }
}

/** What is done to examples in memory: channels moved last, then rows and columns exchanged. */
type Turn = (data: ExampleData, count: number) => void;

function turnFor(shape: readonly number[], channelsFirst: boolean, transposed: boolean): Turn | undefined {
  if (!channelsFirst && !transposed) return undefined;
  return (data, count) => {
    if (channelsFirst) turnChannelsLast(data, shape);
    if (transposed) transpose({ shape: [count, ...shape], data });
  };
}

/** A source whose examples are of another shape, and turned when they are read. */
function turnedSource(
  source: ExampleSource,
  shape: readonly number[],
  turn: Turn | undefined,
): ExampleSource {
  if (turn === undefined) return source;
  return derived(source, { shape: [source.shape[0] ?? 0, ...shape] }, async (reader, rows, out) => {
    await reader.read(rows, out);
    turn(out, rows.length);
  });
}

function turnedExamples(
  examples: ExampleTensor,
  shape: readonly number[],
  turn: Turn | undefined,
): ExampleTensor {
  turn?.(examples.data, examples.shape[0] ?? 0);
  return { ...examples, shape: [examples.shape[0] ?? 0, ...shape] };
}

function mismatch(
  part: Part,
  place: string,
  count: number,
  examples: ReadonlyMap<Part, ReadableArray>,
): UserError {
  const lengths = [...examples].map(([name, value]) => [name, value.shape[0] ?? 0] as const);
  const own = lengths.find(([name]) => name === part)?.[1] ?? 0;
  const other = lengths.find(([name, length]) => name !== part && length === count)?.[0];
  const hint = other === undefined ? "" : `; they look like those of the ${other} images`;
  return new UserError(`${place} holds ${count} labels for ${own} images${hint}. Give one label an image`);
}

/** The arrays of examples, by part, their headers read. Throws a UserError for those that hold none. */
export async function openExamples<A extends ReadableArray>({
  examples,
}: Pick<FoundSet<A>, "examples">): Promise<Map<Part, A>> {
  const arrays = new Map<Part, A>();
  for (const [part, file] of examples) {
    const array = await file.open();
    requireExamples(array);
    arrays.set(part, array);
  }
  return arrays;
}

/** What all arrays of a set have in common with that of the training examples. */
function requireAlike(array: ReadableArray, train: ReadableArray): void {
  const { place } = array;
  const own = array.shape.slice(1);
  if (formatShape(own) !== formatShape(train.shape.slice(1))) {
    throw new UserError(
      `${place} holds examples of shape ${formatShape(own)}, ` +
        `${train.place} of shape ${formatShape(train.shape.slice(1))}; they must be equal`,
    );
  }
  if (array.dtype !== train.dtype || (array.type === "bool") !== (train.type === "bool")) {
    throw new UserError(
      `${place} holds ${array.type} numbers and ${train.place} ${train.type}, which are not on the same scale ` +
        "(uint8 is read as x/255, bools are 0 and 1, others are used as they are): save both as the same type",
    );
  }
}

/**
 * The data set of a set of arrays, its examples read into memory but for those that are streamed; without a schema, which
 * `bytes` decides on. Throws a UserError that names the file.
 */
export async function arraysDataset<A extends ReadableArray>(
  found: FoundSet<A>,
  arrays: ReadonlyMap<Part, A>,
  options: ArrayReading,
  { named, source, streamed = () => undefined, notes: more = [] }: ArraysPlace<A>,
): Promise<Dataset> {
  const notes = [...more];
  const trainArray = arrays.get("train");
  if (trainArray === undefined) throw new Error("findArrays found no training examples");
  const { place: trainPlace, shape: trainShape } = trainArray;
  const layout = planLayout(trainShape.slice(1), options.layout, trainPlace);
  const { shape } = layout;
  const kind = kindOf(shape, trainPlace);
  const transposed = options.transposed ?? /^emnist/i.test(found.name);
  if (transposed && shape[0] !== shape[1]) {
    throw new UserError(
      `${trainPlace}: only square images can be transposed, these are ${formatShape(shape)}`,
    );
  }
  notes.push(...found.notes, ...layout.notes, ...typeNotes(trainArray));
  const turn = turnFor(shape, layout.turned, transposed);
  for (const array of arrays.values()) requireAlike(array, trainArray);
  const splits = new Map<Part, Split>();
  let classes = options.classes;
  for (const [part, array] of arrays) {
    const { place } = array;
    const labelArray = await found.labels.get(part)?.open();
    const labels = await labelArray?.labels();
    classes ??= labelArray?.classes;
    if (labelArray !== undefined && labels !== undefined && labels.length !== array.shape[0]) {
      throw mismatch(part, labelArray.place, labels.length, arrays);
    }
    const kept = streamed(part, array);
    if (kept !== undefined) {
      const turned = turnedSource(kept, shape, turn);
      splits.set(part, await makeStreamedSplit(turned, labels, place, array.type !== "bool"));
    } else {
      splits.set(part, makeSplit(turnedExamples(await array.read(), shape, turn), labels, place));
    }
  }
  if (transposed) notes.push("The images are stored transposed, as EMNIST's are; they were turned upright.");
  let train = splits.get("train");
  let test = splits.get("test");
  if (train === undefined) throw new Error("the training examples were not read");
  if (test === undefined && options.whole === true) test = train;
  if (test === undefined) {
    const all = train.length;
    if (all < 2) throw new UserError(`${trainPlace}: one example is too few, as one is needed for testing`);
    [train, test] = splitInPlace(train, Math.max(1, Math.round(all * TEST_SHARE)), 0);
    notes.push(
      `There is no test split: ${test.length} of the ${all} training examples, drawn with seed 0, ` +
        "are held out for testing.",
    );
  }
  const validation = splits.get("validation");
  return {
    name: options.name ?? (found.name === "" ? named : found.name),
    ...(source !== undefined && { source }),
    ...(options.layout === undefined ? {} : { layout: options.layout }),
    kind,
    shape,
    train,
    test,
    ...(validation === undefined ? {} : { validation }),
    ...(classes === undefined ? {} : { classes }),
    notes,
  };
}
