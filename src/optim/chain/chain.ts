import { constant, type Expr, input } from "../../graph/index.js";
import { Packing, type ParameterSpecs } from "../../nn/index.js";
import "../../ops/index.js";
import { fromNumbers, isFloat, sizeOf, tensor } from "../../tensor/index.js";
import { decaysIn, type DecayGroup } from "../decay.js";
import type { Decays } from "../optimizer.js";
import {
  allFinite,
  clippedByNorm,
  clippedByValue,
  eachGradient,
  globalNorm,
  type Gradients,
} from "./gradients.js";
import { steadyPace, type Pace } from "./pace.js";
import { averageName, gatheredName, slotsOf, stepScale, type UpdateRule } from "./rule.js";

/** Outputs of a step that tell of its update; each is there if the rule says so. */
export const updateReports = {
  /** The norm of all gradients before it is limited. */
  norm: "update:gradientNorm",
  /** 1 if the update was left out. */
  skipped: "update:skipped",
  /** 1 if the step's own gradient is not finite. */
  unsound: "update:unsound",
} as const;

/** What a chain of updates is built from. */
export interface ChainSource {
  /** The parameters that are trained. */
  readonly specs: ParameterSpecs;
  /** Parameters and gradients as they lie in the engine (`Packing`). */
  readonly parameters: Readonly<Record<string, Expr>>;
  readonly gradients: Gradients;
  /** Hands out numbers that change from step to step. */
  readonly scheduled: (name: string, at: (step: number) => number) => Expr;
  /** Default: an update at each step, at the optimiser's learning rate. */
  readonly pace?: Pace;
}

/** The old value of an array, an input, and the new one. */
export interface Moved {
  readonly current: Expr;
  readonly next: Expr;
}

/** Updates of all parameters and slots as graph. */
export interface Chain {
  readonly state: readonly Moved[];
  readonly outputs: Readonly<Record<string, Expr>>;
  /** Whether the step's own gradient is finite, if the rule asks. */
  readonly sound?: Expr;
}

/** A number for each parameter, by the arrays in which they lie: the number if it is the same in all of an array. */
function spread(
  specs: ParameterSpecs,
  arrays: Readonly<Record<string, Expr>>,
  valueOf: (name: string, shape: readonly number[]) => number,
): Record<string, number | Expr> {
  const values = Object.entries(specs).map(([name, { shape }]) => [name, valueOf(name, shape)] as const);
  const distinct = new Set(values.map(([, value]) => value));
  if (distinct.size === 1)
    return Object.fromEntries(Object.keys(arrays).map((name) => [name, [...distinct][0] ?? 0]));
  const filled = values.map(([name, value]) => {
    const shape = specs[name]?.shape ?? [];
    return [name, tensor("float64", shape, new Float64Array(sizeOf(shape)).fill(value))] as const;
  });
  const packed = new Packing(specs).pack(Object.fromEntries(filled));
  const entries = Object.keys(arrays).map((name): readonly [string, number | Expr] => {
    const { data, shape } = packed[name] as (typeof packed)[string];
    const [first = 0] = data as Float64Array;
    if ((data as Float64Array).every((value) => value === first)) return [name, first] as const;
    const { dtype } = arrays[name] as Expr;
    if (!isFloat(dtype)) throw new Error(`${name} is no array of floats`);
    return [
      name,
      constant(tensor(dtype, shape, fromNumbers(dtype, Array.from(data as Float64Array)))),
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** parameter + scale * (next - parameter). */
function scaled(parameter: Expr, next: Expr, scale: number | Expr): Expr {
  if (scale === 1) return next;
  if (scale === 0) return parameter;
  const step = next.sub(parameter);
  return typeof scale === "number" ? parameter.mulAdd(step, scale) : parameter.add(step.mul(scale));
}

/**
 * One step's updates: gradients are gathered (`accumulate`), limited by value, then by norm, and handed to the optimiser,
 * whose steps are scaled by the parts' learning rates; an update with gradients that are not finite is left out
 * (`skipNonFinite`); the average follows the weights (`ema`). What a rule doesn't ask for is not in the graph.
 */
export function chainOf(rule: UpdateRule, source: ChainSource): Chain {
  const { optimizer, accumulate = 1, clipValue, clipNorm, skipNonFinite, ema } = rule;
  const { specs, parameters, gradients: own, scheduled, pace = steadyPace } = source;
  const names = Object.keys(own);
  if (names.length === 0) return { state: [], outputs: {} };
  const arrays = Object.fromEntries(names.map((name) => [name, parameters[name] as Expr] as const));
  const { dtype } = arrays[names[0] as string] as Expr;
  const slots = slotsOf(rule);
  // The optimiser steps at the largest of the parts' rates: what is scaled down loses no digits of small steps.
  const most = Math.max(1, ...Object.keys(specs).map((name) => stepScale(rule, name)));
  const scalars = optimizer.scalars.map((name, i) =>
    scheduled(
      name,
      (step) => optimizer.scalarsAt(pace.updateAt(step), pace.factorAt(step) * most)[i] ?? Number.NaN,
    ),
  );
  const slotNodes = (name: string): Expr[] =>
    slots.map(({ nameOf }) => {
      const { dtype, shape } = parameters[name] as Expr;
      return input(nameOf(name), dtype, shape);
    });
  const kept = Object.fromEntries(names.map((name) => [name, slotNodes(name)] as const));
  const slotOf = (name: string, slot: string): Expr =>
    kept[name]?.[slots.findIndex(({ nameOf }) => nameOf(name) === slot)] as Expr;
  const flag = (name: string, at: (step: number) => boolean): Expr =>
    scheduled(name, (step) => (at(step) ? 1 : 0)).greater(0.5);

  const sound = skipNonFinite === undefined ? undefined : allFinite(own);
  let gathered = own;
  let ends: Expr | undefined;
  if (accumulate > 1) {
    const begins = flag("accumulate.begins", (step) => pace.beginsAt(step));
    const share = scheduled("accumulate.share", (step) => pace.shareAt(step));
    ends = flag("accumulate.ends", (step) => pace.endsAt(step));
    gathered = eachGradient(own, (gradient, name) => {
      const part = gradient.mul(share);
      return begins.where(part, slotOf(name, gatheredName(name)).add(part));
    });
  }
  const finite = sound === undefined ? undefined : accumulate > 1 ? allFinite(gathered) : sound;
  const limited = clipValue === undefined ? gathered : clippedByValue(gathered, clipValue);
  const norm = clipNorm === undefined ? undefined : globalNorm(limited);
  const gradients =
    norm === undefined || clipNorm === undefined ? limited : clippedByNorm(limited, norm, clipNorm);
  // A norm that overflows would make every gradient 0.
  const fits = finite === undefined || norm === undefined ? finite : finite.and(norm.isFinite());
  const happens = ends === undefined ? fits : fits === undefined ? ends : ends.and(fits);
  const unless = (next: Expr, current: Expr): Expr => happens?.where(next, current) ?? next;

  const group = optimizer.config.decay as DecayGroup | undefined;
  const decays = spread(specs, arrays, (name, shape) => (decaysIn(group ?? "all", name, shape) ? 1 : 0));
  const scales = spread(specs, arrays, (name) => stepScale(rule, name) / most);
  const followed =
    ema === undefined
      ? undefined
      : scheduled("ema.share", (step) => (pace.updateAt(step) === 1 ? 1 : 1 - ema));

  const state = names.flatMap((name): Moved[] => {
    const parameter = parameters[name] as Expr;
    const nodes = kept[name] as Expr[];
    const mine = nodes.slice(0, optimizer.slots.length);
    const mask = decays[name] as number | Expr;
    const acts: Decays = typeof mask === "number" ? mask === 1 : mask;
    const update = optimizer.update(parameter, gradients[name] as Expr, mine, scalars, acts);
    const next = scaled(parameter, update.parameter, scales[name] as number | Expr);
    const moved: Moved[] = [
      { current: parameter, next: unless(next, parameter) },
      ...mine.map((slot, k) => ({ current: slot, next: unless(update.slots[k] as Expr, slot) })),
    ];
    if (accumulate > 1) {
      moved.push({ current: slotOf(name, gatheredName(name)), next: gathered[name] as Expr });
    }
    if (followed !== undefined) {
      const average = slotOf(name, averageName(name));
      moved.push({ current: average, next: unless(average.mulAdd(next.sub(average), followed), average) });
    }
    return moved;
  });

  const left = fits === undefined ? undefined : ends === undefined ? fits.not() : ends.and(fits.not());
  return {
    state,
    outputs: {
      ...(norm && { [updateReports.norm]: norm }),
      ...(left && { [updateReports.skipped]: left.cast(dtype) }),
      ...(sound && accumulate > 1 && { [updateReports.unsound]: sound.not().cast(dtype) }),
    },
    ...(sound && { sound: accumulate > 1 ? sound : (fits ?? sound) }),
  };
}
