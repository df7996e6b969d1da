import { formatShape, sizeOf, type Tensor, UserError } from "../../tensor/index.js";
import type { Vae } from "../vae.js";
import { areWhole, type Rows, type TorchMapping, written } from "./mapping.js";
import { counter, split } from "./modules.js";
import { reordered, torchOrders } from "./orders.js";
import type { RecordedArray, TorchRecord } from "./record.js";
import type { StateDict, TorchArray } from "./state-dict.js";

/** How names become PyTorch's. */
export interface ExportStateOptions {
  /** What an import has kept of the file that it read: that file's names, shapes and types. */
  readonly record?: TorchRecord;
  /** In place of that: PyTorch's names and ours, as for the import. What it doesn't name keeps our name. */
  readonly mapping?: TorchMapping;
}

interface Named {
  readonly name: string;
  readonly rows?: Rows;
}

/** PyTorch's names of an array by a mapping: several, if they are rows of it. */
function namesOf(mapping: TorchMapping, array: string): Named[] {
  const fits = Object.entries(mapping).flatMap(([name, target]) => {
    const [, path = "", from, to] = written.exec(target ?? "") ?? [];
    if (path !== array && !array.startsWith(`${path}.`)) return [];
    const full = `${name}${array.slice(path.length)}`;
    return [{ path, name: full, ...(from !== undefined && { rows: [Number(from), Number(to)] as Rows }) }];
  });
  const longest = Math.max(0, ...fits.map(({ path }) => path.length));
  const chosen = fits.filter(({ path }) => path.length === longest);
  return chosen.length === 0
    ? [{ name: array }]
    : chosen.map(({ name, rows }) => ({ name, ...(rows && { rows }) }));
}

/** What is to be written, by the mapping or under our own names. */
function planOf(model: Vae, mapping: TorchMapping): RecordedArray[] {
  return Object.entries(model.parameters).flatMap(([array, { shape }]) =>
    namesOf(mapping, array).map(({ name, rows }) => ({
      name,
      type: "F32",
      shape: rows === undefined ? shape : [rows[1] - rows[0], ...shape.slice(1)],
      array,
      ...(rows && { rows }),
    })),
  );
}

/** Throws a UserError if a mapping names what the model does not have. */
function requireKnown(model: Vae, mapping: TorchMapping): void {
  for (const target of Object.values(mapping)) {
    if (target === null) continue;
    const [, path = target] = written.exec(target) ?? [];
    const known = Object.keys(model.parameters).some((one) => one === path || one.startsWith(`${path}.`));
    // what batch normalisations count is not ours
    if (known || split(path)[1] === counter) continue;
    throw new UserError(`the mapping names ${path}, which the model does not have`, 2);
  }
}

/** Throws a UserError if what is to be written leaves rows out or names two arrays alike. */
function requireWhole(model: Vae, plan: readonly RecordedArray[]): void {
  const names = plan.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError(`the mapping gives the name "${twice}" to two arrays`, 2);
  for (const { name, array, rows, shape } of plan) {
    if (array === undefined) continue;
    const own = model.parameters[array]?.shape;
    const height = own?.[0] ?? 1;
    const size = own && (sizeOf(own) / height) * (rows ? rows[1] - rows[0] : height);
    if (own !== undefined && (rows?.[1] ?? 0) <= height && size === sizeOf(shape)) continue;
    const has = own === undefined ? "does not have" : `has as ${formatShape(own)}`;
    throw new UserError(`"${name}" ${formatShape(shape)} is of ${array}, which the model ${has}`, 2);
  }
  for (const [array, { shape }] of Object.entries(model.parameters)) {
    const [height = 1] = shape;
    const own = plan.filter((one) => one.array === array);
    const parts = own.map(({ rows }) => rows ?? ([0, height] as const));
    if (sizeOf(shape) === 0 || areWhole(parts, height)) continue;
    const names = own.map(({ name, rows }) => (rows ? `${name}[${rows[0]}:${rows[1]}]` : name)).join(", ");
    const how = own.length === 0 ? "not given" : `given twice, or with gaps (${names})`;
    throw new UserError(`the rows of ${array} ${formatShape(shape)} are ${how}: name each once`, 2);
  }
}

/**
 * A model's arrays as a PyTorch `state_dict`, in PyTorch's order (`torchOrders`): of an imported model with the names, shapes and
 * types of the file that it came from, bit for bit the same if nothing was changed; of others under our names, which are
 * PyTorch's for an `nn.Sequential` of the same layers, or those of a mapping. Throws a UserError for a mapping that doesn't
 * fit the model.
 */
export function exportState(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  { record, mapping }: ExportStateOptions = {},
): StateDict {
  const known = mapping === undefined ? record : undefined;
  const plan = known?.arrays ?? planOf(model, mapping ?? {});
  if (known === undefined) requireKnown(model, mapping ?? {});
  requireWhole(model, plan);
  const orderOf = torchOrders(model);
  const ordered = new Map<string, Float32Array>();
  const numbersOf = (array: string): Float32Array => {
    const found = ordered.get(array);
    if (found !== undefined) return found;
    const { data, shape } = weights[array] as Tensor<"float32">;
    const values = reordered(data, shape, orderOf(array), true);
    ordered.set(array, values);
    return values;
  };
  const arrays = plan.map(({ name, type, shape, array, rows, values = [] }): [string, TorchArray] => {
    if (array === undefined) return [name, { type, shape, values: Float64Array.from(values) }];
    const all = numbersOf(array);
    const width = sizeOf(weights[array]?.shape.slice(1) ?? []);
    const own = rows === undefined ? all : all.slice(rows[0] * width, rows[1] * width);
    return [name, { type, shape, values: own }];
  });
  return { arrays: Object.fromEntries(arrays), metadata: known?.metadata ?? { format: "pt" } };
}
