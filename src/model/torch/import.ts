import { allocate, formatShape, sizeOf, type Tensor, tensor, UserError } from "../../tensor/index.js";
import type { Vae } from "../vae.js";
import type { TorchMapping } from "./mapping.js";
import { type Match, matchArrays } from "./match.js";
import { counter, split } from "./modules.js";
import { reordered, torchOrders } from "./orders.js";
import type { RecordedArray, TorchRecord } from "./record.js";
import type { StateDict, TorchArray } from "./state-dict.js";

/** What became of a `state_dict`. */
export interface ImportedWeights {
  /** The model's arrays by our names. */
  readonly weights: Readonly<Record<string, Tensor<"float32">>>;
  readonly record: TorchRecord;
  readonly match: Match;
  /** Sentences on what was done beside copying. */
  readonly notes: readonly string[];
}

const listed = 8;

function list(items: readonly string[]): string {
  const more = items.length > listed ? ` and ${items.length - listed} more` : "";
  return items.slice(0, listed).join(", ") + more;
}

function shapesOf(
  arrays: Readonly<Record<string, { readonly shape: readonly number[] }>>,
): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
}

/** Throws a UserError that lists all that does not fit, and what to do. */
function requireFit(
  { arrays }: StateDict,
  model: Vae,
  match: Match,
  { source, mapping = {} }: ImportStateOptions,
): void {
  const { missing, unexpected, otherShape, ambiguous } = match;
  const there = (name: string): string => `${name} ${formatShape(arrays[name]?.shape ?? [])}`;
  const here = (name: string): string => `${name} ${formatShape(model.parameters[name]?.shape ?? [])}`;
  const rowsText = (rows: readonly [number, number] | undefined): string =>
    rows ? `[${rows[0]}:${rows[1]}]` : "";
  const given = new Set(Object.values(match.targets).map(({ array }) => array));
  const [absent, uneven] = [false, true].map((some) => missing.filter((name) => given.has(name) === some));
  const parts = [
    ...(absent?.length ? [`missing, which the model has: ${list(absent.map(here))}`] : []),
    ...(uneven?.length ? [`given twice, or with gaps: ${list(uneven.map(here))}`] : []),
    ...(unexpected.length > 0
      ? [`unexpected, for which the model has no place: ${list(unexpected.map(there))}`]
      : []),
    ...(otherShape.length > 0
      ? [
          "of another shape: " +
            list(
              otherShape.map(
                ({ torch, ours, rows }) => `${there(torch)}, where ${here(ours)}${rowsText(rows)} is needed`,
              ),
            ),
        ]
      : []),
    ...ambiguous
      .slice(0, listed)
      .map(
        ({ torch, ours }) =>
          `alike, so that only names could tell which is which: ${list(torch)} for ${list(ours)}`,
      ),
    ...(ambiguous.length > listed ? [`${ambiguous.length - listed} more groups that are alike`] : []),
  ];
  if (parts.length === 0) return;
  const [one = "fc1"] = [...(ambiguous[0]?.torch ?? []), ...unexpected.map((name) => split(name)[0])];
  const [other = "encoder.0"] = [...(ambiguous[0]?.ours ?? []), ...missing.map((name) => split(name)[0])];
  const remedy =
    Object.keys(mapping).length > 0
      ? "mend the mapping"
      : `say whose numbers they are in a mapping file, --map FILE (\`map\`): {"${one}": "${other}", ...}`;
  throw new UserError(
    `${source} does not fit the model (${model.describe()}): ${parts.join("; ")}. Choose the network that was trained, or ${remedy}`,
  );
}

function notesOf({ arrays }: StateDict, match: Match, reorderedNames: readonly string[]): string[] {
  const taken = Object.keys(match.targets);
  const types = [...new Set(taken.map((name) => arrays[name]?.type ?? "F32"))].filter(
    (type) => type !== "F32",
  );
  const ignored = match.ignored.filter((name) => split(name)[1] !== counter);
  const made = (count: number, type: string): string =>
    count === 1 ? `1 array of ${type} was made` : `${count} arrays of ${type} were made`;
  return [
    ...match.stacked.map(
      ({ mean, logVariance, as }) =>
        `${mean} and ${logVariance} are one layer here, ${as}: the rows of the mean first`,
    ),
    ...types.map(
      (type) =>
        `${made(taken.filter((name) => arrays[name]?.type === type).length, type)} float32` +
        (type === "F64" ? ", which keeps 7 digits" : ""),
    ),
    ...(reorderedNames.length > 0
      ? [
          `pictures have their channels last here: the numbers of ${list(reorderedNames)} were put in that order`,
        ]
      : []),
    ...(ignored.length > 0 ? [`not taken: ${list(ignored)}`] : []),
  ];
}

function recorded(name: string, { type, shape, values }: TorchArray, match: Match): RecordedArray[] {
  const target = Object.hasOwn(match.targets, name) ? match.targets[name] : undefined;
  if (target !== undefined) return [{ name, type, shape, ...target }];
  return split(name)[1] === counter ? [{ name, type, shape, values: [...values] }] : [];
}

/** Options of `importState`. */
export interface ImportStateOptions {
  /** Whose numbers the names are, where names and shapes don't tell. */
  readonly mapping?: TorchMapping;
  /** Names the file in messages. */
  readonly source: string;
}

/**
 * A model's arrays out of a PyTorch `state_dict`, matched as `matchArrays` says and put into our order (`torchOrders`). Throws
 * a UserError that lists what is missing, unexpected, of another shape or ambiguous.
 */
export function importState(
  dict: StateDict,
  model: Vae,
  { mapping = {}, source }: ImportStateOptions,
): ImportedWeights {
  const { arrays, metadata } = dict;
  const match = matchArrays(shapesOf(arrays), shapesOf(model.parameters), {
    mapping,
    stack: model.posterior.name === "normal",
  });
  requireFit(dict, model, match, { source, mapping });
  const orderOf = torchOrders(model);
  const reorderedNames: string[] = [];
  const weights = Object.entries(model.parameters).map(([name, { shape }]) => {
    const values = allocate("float32", sizeOf(shape));
    const width = sizeOf(shape.slice(1));
    for (const [from, { array, rows }] of Object.entries(match.targets)) {
      if (array === name) values.set(arrays[from]?.values ?? [], (rows?.[0] ?? 0) * width);
    }
    const ordered = reordered(values, shape, orderOf(name));
    if (ordered !== values) reorderedNames.push(name);
    return [name, tensor("float32", shape, ordered)] as const;
  });
  const kept = Object.entries(arrays).flatMap(([name, array]) => recorded(name, array, match));
  return {
    weights: Object.fromEntries(weights),
    record: { metadata, arrays: kept },
    match,
    notes: notesOf(dict, match, reorderedNames),
  };
}
