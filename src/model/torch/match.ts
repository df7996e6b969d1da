import { sizeOf } from "../../tensor/index.js";
import { areWhole, type Rows, type Target, targetOf, type TorchMapping } from "./mapping.js";
import {
  counter,
  inOrder,
  isLogVariance,
  isMean,
  joined,
  type Module,
  modulesOf,
  signature,
  split,
  stageOf,
} from "./modules.js";
import { sameNumbers } from "./orders.js";

type Shapes = Readonly<Record<string, readonly number[]>>;

/** How the arrays of a `state_dict` and of a model belong together. */
export interface Match {
  /** Ours by PyTorch's names. */
  readonly targets: Readonly<Record<string, NonNullable<Target>>>;
  /** PyTorch's names of what is not taken: by the mapping, or because nothing depends on it. */
  readonly ignored: readonly string[];
  /** PyTorch's names of two heads, mean and log-variance, that are one linear layer here. */
  readonly stacked: readonly { readonly mean: string; readonly logVariance: string; readonly as: string }[];
  /** Ours for which there is nothing, or not all rows. */
  readonly missing: readonly string[];
  /** PyTorch's names that there is no place for. */
  readonly unexpected: readonly string[];
  /** Both names of arrays that belong together by name or mapping but have other shapes. */
  readonly otherShape: readonly { readonly torch: string; readonly ours: string; readonly rows?: Rows }[];
  /** Modules that look alike, so that names must say which is which. */
  readonly ambiguous: readonly { readonly torch: readonly string[]; readonly ours: readonly string[] }[];
}

/** What is known beside names and shapes. */
export interface MatchOptions {
  /** Default: nothing is told. */
  readonly mapping?: TorchMapping;
  /** Whether mean and log-variance may be heads of their own there; default true. */
  readonly stack?: boolean;
}

type Pair = readonly [torch: Module, ours: Module, rows?: Rows];

/** A name without what its numbers count: `block_2.1.conv3` is `block_#.conv#`. */
const uncounted = (path: string): string => path.replace(/\d+/g, "#").replace(/#(\.#)+/g, "#");

/** Whether modules with these names come one after the other in the order of their names: those that only count on. */
function isSequence(paths: readonly string[]): boolean {
  const stages = paths.map(stageOf);
  if (stages.every((stage) => stage === undefined)) return new Set(paths.map(uncounted)).size === 1;
  const forms = new Map<string, string>();
  return paths.every((path, i) => {
    const stage = stages[i];
    if (stage === undefined) return false;
    const components = path.split(".");
    const form = uncounted(components.slice(components.indexOf(stage.component)).join("."));
    const key = `${stage.part} ${stage.rank}`;
    if (!forms.has(key)) forms.set(key, form);
    return forms.get(key) === form;
  });
}

function byStage(a: Module, b: Module): number {
  const [x, y] = [stageOf(a.path), stageOf(b.path)];
  return (x?.rank ?? 0) - (y?.rank ?? 0) || inOrder(a.path, b.path);
}

const partOf = ({ path }: Module): string => path.split(".")[0] ?? "";

/** Modules that look alike, on both sides. */
interface Group {
  readonly torch: Module[];
  readonly ours: Module[];
}

/** Groups of modules that look alike; those of one part by themselves if all names tell of it. */
function groupsOf(torch: readonly Module[], ours: readonly Module[]): Group[] {
  const signatures = new Map<string, Group>();
  for (const side of ["torch", "ours"] as const) {
    for (const one of side === "torch" ? torch : ours) {
      const key = signature(one);
      const group = signatures.get(key) ?? { torch: [], ours: [] };
      signatures.set(key, group);
      group[side].push(one);
    }
  }
  return [...signatures.values()].flatMap((group) => {
    const parts = group.torch.map(({ path }) => stageOf(path)?.part);
    if (parts.includes(undefined)) return [group];
    return (["encoder", "decoder"] as const).map((part) => ({
      torch: group.torch.filter((_, i) => parts[i] === part),
      ours: group.ours.filter((one) => partOf(one) === part),
    }));
  });
}

/** Two heads of a normal posterior and the linear layer of twice their rows that they are here. */
function headsOf(
  torch: readonly Module[],
  ours: readonly Module[],
): [mean: Module, logVariance: Module, ours: Module] | undefined {
  const means = torch.filter(({ path }) => isMean(path));
  for (const mean of means) {
    const other = torch.find(
      ({ path, ...one }) => isLogVariance(path) && signature({ path, ...one }) === signature(mean),
    );
    if (other === undefined) continue;
    const twice = Object.fromEntries(
      Object.entries(mean.arrays).map(([leaf, [rows = 0, ...rest]]) => [leaf, [2 * rows, ...rest]]),
    );
    const wanted = signature({ path: "", arrays: twice });
    const own = ours.filter((one) => partOf(one) === "encoder" && signature(one) === wanted).at(-1);
    if (own !== undefined) return [mean, other, own];
  }
  return undefined;
}

/** Pairs of modules by order and shapes, and those that look too much alike. */
function pairByShape(
  torch: readonly Module[],
  ours: readonly Module[],
  stack: boolean,
): { pairs: Pair[]; ambiguous: Group[] } {
  const pairs: Pair[] = [];
  const ambiguous: Group[] = [];
  const heads = stack ? headsOf(torch, ours) : undefined;
  if (heads !== undefined) {
    const [mean, logVariance, own] = heads;
    const rows = Object.values(mean.arrays)[0]?.[0] ?? 0;
    pairs.push([mean, own, [0, rows]], [logVariance, own, [rows, 2 * rows]]);
  }
  const free = (one: Module): boolean => !pairs.some((pair) => pair.includes(one));
  for (const group of groupsOf(torch.filter(free), ours.filter(free))) {
    const sorted = [...group.torch].sort(byStage);
    if (sorted.length !== group.ours.length) {
      // Too few or too many: which of them is missing can't be told.
      if (sorted.length > 0 && group.ours.length > 0) ambiguous.push({ torch: sorted, ours: group.ours });
    } else if (sorted.length <= 1 || isSequence(sorted.map(({ path }) => path))) {
      sorted.forEach((one, i) => pairs.push([one, group.ours[i] as Module]));
    } else ambiguous.push({ torch: sorted, ours: group.ours });
  }
  return { pairs, ambiguous };
}

function pick(shapes: Shapes, keep: (name: string) => boolean): Shapes {
  return Object.fromEntries(Object.entries(shapes).filter(([name]) => keep(name)));
}

/** Rows of an array that a target stands for. */
function rowsShape(shape: readonly number[], rows: Rows | undefined): readonly number[] {
  if (rows === undefined) return shape;
  const [height = 0, ...rest] = shape;
  return [Math.min(height, rows[1]) - Math.min(height, rows[0]), ...rest];
}

/** Ours whose numbers the targets do not give, each once. */
function uncovered(ours: Shapes, targets: Readonly<Record<string, NonNullable<Target>>>): string[] {
  return Object.entries(ours).flatMap(([name, shape]) => {
    const given = Object.values(targets).filter(({ array }) => array === name);
    const height = shape[0] ?? 1;
    const parts = given.map(({ rows }) => rows ?? ([0, height] as const));
    return (given.length > 0 && areWhole(parts, height)) || sizeOf(shape) === 0 ? [] : [name];
  });
}

/**
 * Which array of a `state_dict` is which of a model: by the mapping; by name, where all of ours are there with their
 * shapes; else by the modules' order and shapes, with separate heads for mean and log-variance as rows of one linear layer.
 * Modules that look alike are told apart by names that tell of encoder and decoder and count on.
 */
export function matchArrays(
  torch: Shapes,
  ours: Shapes,
  { mapping = {}, stack = true }: MatchOptions = {},
): Match {
  const targets: Record<string, NonNullable<Target>> = {};
  const ignored: string[] = [];
  const otherShape: Match["otherShape"][number][] = [];
  const lost: string[] = [];
  for (const [name, shape] of Object.entries(torch)) {
    const target = targetOf(mapping, name);
    if (target === null || (target === undefined && split(name)[1] === counter)) ignored.push(name);
    else if (target !== undefined) {
      const own = Object.hasOwn(ours, target.array) ? ours[target.array] : undefined;
      if (own === undefined) {
        if (split(name)[1] === counter) ignored.push(name);
        else lost.push(name);
      } else if (sameNumbers(rowsShape(own, target.rows), shape)) targets[name] = target;
      else otherShape.push({ torch: name, ours: target.array, ...(target.rows && { rows: target.rows }) });
    }
  }
  const told = new Set([
    ...Object.values(targets).map(({ array }) => array),
    ...otherShape.map(({ ours: name }) => name),
  ]);
  const taken = new Set([
    ...Object.keys(targets),
    ...ignored,
    ...lost,
    ...otherShape.map(({ torch: name }) => name),
  ]);
  const left = pick(torch, (name) => !taken.has(name));
  const own = pick(ours, (name) => !told.has(name));
  const stacked: Match["stacked"][number][] = [];
  let ambiguous: Group[] = [];
  const byName = Object.entries(own).every(
    ([name, shape]) => Object.hasOwn(left, name) && sameNumbers(left[name] ?? [], shape),
  );
  if (byName) for (const name of Object.keys(own)) targets[name] = { array: name };
  else {
    const found = pairByShape(modulesOf(left), modulesOf(own), stack);
    ambiguous = found.ambiguous;
    for (const [module, target, rows] of found.pairs) {
      for (const leaf of Object.keys(module.arrays)) {
        const array = joined(target.path, leaf);
        targets[joined(module.path, leaf)] = { array, ...(rows && { rows }) };
      }
    }
    const heads = found.pairs.filter(([, , rows]) => rows !== undefined);
    const [[mean, as] = [], [logVariance] = []] = heads;
    if (mean && as && logVariance)
      stacked.push({ mean: mean.path, logVariance: logVariance.path, as: as.path });
  }
  const unclear = new Set(
    ambiguous.flatMap((group) => [...group.torch, ...group.ours].map(({ path }) => path)),
  );
  const isClear = (name: string): boolean => !unclear.has(split(name)[0]);
  const wrong = new Set(otherShape.map(({ ours: name }) => name));
  const unexpected = Object.keys(left).filter((name) => !Object.hasOwn(targets, name) && isClear(name));
  const missing = uncovered(ours, targets).filter((name) => isClear(name) && !wrong.has(name));
  // What has the same name on both sides and another shape is better told as that.
  for (const name of missing.filter((one) => unexpected.includes(one)))
    otherShape.push({ torch: name, ours: name });
  const odd = new Set(otherShape.map(({ torch: name }) => name));
  return {
    targets,
    ignored,
    stacked,
    missing: missing.filter((name) => !odd.has(name)),
    unexpected: [...lost, ...unexpected.filter((name) => !odd.has(name))],
    otherShape,
    ambiguous: ambiguous.map((group) => ({
      torch: group.torch.map(({ path }) => path),
      ours: group.ours.map(({ path }) => path),
    })),
  };
}
