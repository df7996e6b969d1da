import { isSpec, type Json, parseSpec, type Spec, suggestion } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import type { Point } from "../state.js";
import type { PlainRun } from "../trial.js";
import { type Range, ranges } from "./range.js";

/** One setting of a space, which a point gives a value to. */
export interface Dimension {
  /** Where it stands, by the API's names: `latent`, `objective.beta-vae.beta`. */
  readonly path: string;
  /** The same for people, with the setting's name as it was told: `z`. */
  readonly name: string;
  readonly range: Range;
  /** Where it is of use only if a choice has some option: the choice's path, and the option's place. */
  readonly when?: { readonly path: string; readonly option: number };
}

/** All that a sweep may try: settings of a run of which some are ranges. */
export interface Space {
  /** A choice comes before what depends on it. */
  readonly dimensions: readonly Dimension[];
  /** The settings at a point. */
  fill(point: Point): PlainRun;
}

/** A template: plain data in which some places are ranges. */
type Node =
  | { readonly kind: "plain"; readonly value: Json }
  | {
      readonly kind: "range";
      readonly path: string;
      readonly range: Range;
      readonly options?: readonly Node[];
    }
  | { readonly kind: "list"; readonly items: readonly Node[] }
  | { readonly kind: "record"; readonly entries: Readonly<Record<string, Node>> };

/** Whether a choice by name is of a range: a distribution is called uniform too, but has other options. */
function isRange({ name, config }: Spec): boolean {
  return ranges.find(name) !== undefined && (name !== "uniform" || "from" in config || "to" in config);
}

/** Throws a UserError for a choice by name that has a range's options and nearly a range's name: nothing else has both. */
function requireSpelt({ name, config }: Spec, path: string): void {
  const { from, to, of } = config;
  if ((from === undefined || to === undefined) && !Array.isArray(of)) return;
  const meant = suggestion(name, ranges.names);
  if (meant.startsWith("did you mean")) throw new UserError(`${path}: unknown range "${name}"; ${meant}`, 2);
}

const mayHoldRange = /\b(choice|uniform|log-uniform|integer|log-integer)\s*\(/;
const mayHoldMisspelt = /\(\s*(from|to|of)\s*=/;

/** What a text with a range inside it stands for, or with what may have been meant as one; any other text as it is. */
function readText(text: string): Json {
  if (mayHoldRange.test(text)) return { ...parseSpec(text) };
  if (!mayHoldMisspelt.test(text)) return text;
  try {
    return { ...parseSpec(text) };
  } catch {
    return text;
  }
}

function distinct(path: string, taken: Set<string>): string {
  let name = path;
  for (let i = 2; taken.has(name); i++) name = `${path}#${i}`;
  taken.add(name);
  return name;
}

function rangeNode(spec: Spec, path: string, taken: Set<string>): Node {
  const own = distinct(path, taken);
  let range: Range;
  try {
    range = ranges.from(spec);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`, 2);
    throw error;
  }
  if (range.options === undefined) return { kind: "range", path: own, range };
  const options = range.options.map((option, i) =>
    nodeOf(option, `${path}.${nameOf(option) ?? i}`, taken, true),
  );
  return { kind: "range", path: own, range, options };
}

/** What a value that is a choice by name is called. */
function nameOf(value: Json): string | undefined {
  const read = typeof value === "string" ? readText(value) : value;
  return isSpec(read) ? read.name : undefined;
}

/** `named`: the path says already which choice by name it is in. */
function nodeOf(given: Json, path: string, taken: Set<string>, named = false): Node {
  const value = typeof given === "string" ? readText(given) : given;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item, i) => nodeOf(item, `${path}.${i}`, taken));
    return items.every(({ kind }) => kind === "plain")
      ? { kind: "plain", value: given }
      : { kind: "list", items };
  }
  if (typeof value !== "object" || value === null) return { kind: "plain", value: given };
  if (isSpec(value)) {
    if (isRange(value)) return rangeNode(value, path, taken);
    requireSpelt(value, path);
  }
  const inner = isSpec(value) ? (named ? path : `${path}.${value.name}`) : path;
  const place = (key: string): string => (isSpec(value) && key === "config" ? inner : `${path}.${key}`);
  const entries = Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Json>>).map(([key, one]) => [
      key,
      key === "config" && isSpec(value) ? configNode(one, place(key), taken) : nodeOf(one, place(key), taken),
    ]),
  );
  const plain = Object.values(entries).every(({ kind }) => kind === "plain");
  return plain ? { kind: "plain", value: given } : { kind: "record", entries };
}

/** The options of a choice by name: their paths have its name before them. */
function configNode(config: Json, path: string, taken: Set<string>): Node {
  const entries = Object.fromEntries(
    Object.entries(config as Readonly<Record<string, Json>>).map(([key, one]) => [
      key,
      nodeOf(one, `${path}.${key}`, taken),
    ]),
  );
  const plain = Object.values(entries).every(({ kind }) => kind === "plain");
  return plain ? { kind: "plain", value: config } : { kind: "record", entries };
}

function* dimensionsIn(node: Node, when?: Dimension["when"]): Generator<Omit<Dimension, "name">> {
  if (node.kind === "list") for (const item of node.items) yield* dimensionsIn(item, when);
  if (node.kind === "record") for (const one of Object.values(node.entries)) yield* dimensionsIn(one, when);
  if (node.kind !== "range") return;
  const { path, range, options = [] } = node;
  yield { path, range, ...(when && { when }) };
  for (const [option, inner] of options.entries()) yield* dimensionsIn(inner, { path, option });
}

function filled(node: Node, point: Point): Json {
  switch (node.kind) {
    case "plain":
      return node.value;
    case "list":
      return node.items.map((item) => filled(item, point));
    case "record":
      return Object.fromEntries(Object.entries(node.entries).map(([key, one]) => [key, filled(one, point)]));
    case "range": {
      const value = point[node.path];
      if (value === undefined) throw new Error(`the point has no value for ${node.path}`);
      const option = node.options?.[value];
      return option === undefined ? value : filled(option, point);
    }
  }
}

/**
 * The space of a run's settings of which some are ranges; `names` are those that were told by another name than the API's. Throws a
 * UserError that names the setting whose range is wrong.
 */
export function spaceOf(run: PlainRun, names: Readonly<Record<string, string>> = {}): Space {
  const taken = new Set<string>();
  const nodes = Object.entries(run).map(([name, value]) => [name, nodeOf(value, name, taken)] as const);
  return {
    dimensions: nodes.flatMap(([setting, node]) =>
      [...dimensionsIn(node)].map((one) => ({
        ...one,
        name: `${names[setting] ?? setting}${one.path.slice(setting.length)}`,
      })),
    ),
    fill: (point) => Object.fromEntries(nodes.map(([name, node]) => [name, filled(node, point)])),
  };
}

/** Whether a dimension is of use at a point, as far as that is known. */
export function isActive({ when }: Dimension, point: Point): boolean {
  return when === undefined || point[when.path] === when.option;
}

/** A point of which `choose` gives each setting that is of use its value, choices before what depends on them. */
export function pointBy(
  { dimensions }: Space,
  choose: (dimension: Dimension, index: number) => number,
): Point {
  const point: Record<string, number> = {};
  for (const [i, dimension] of dimensions.entries()) {
    if (isActive(dimension, point)) point[dimension.path] = choose(dimension, i);
  }
  return point;
}

/** How many points there are: Infinity if any setting is continuous. */
export function countOf(space: Space): number {
  const of = (when?: Dimension["when"]): number =>
    space.dimensions
      .filter((one) => one.when?.path === when?.path && one.when?.option === when?.option)
      .reduce((product, { path, range }) => {
        if (range.options === undefined) return product * range.count;
        return product * range.options.reduce<number>((sum, _, option) => sum + of({ path, option }), 0);
      }, 1);
  return of();
}

/** A value as people read it: a number, or of a choice its option. */
export function valueText({ range }: Dimension, value: number): string {
  const option = range.options?.[value];
  if (option === undefined) return String(Number(value.toPrecision(4)));
  if (typeof option === "string") return option.replace(/\(.*[a-z]\(.*/s, "");
  return isSpec(option) ? option.name : JSON.stringify(option);
}

/** Two points that are the same. */
export function samePoint(a: Point, b: Point): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
