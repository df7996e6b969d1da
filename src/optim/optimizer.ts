import type { Entry, Json } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import type { ParameterSpecs } from "../nn/index.js";

/** One parameter's update as graph. */
export interface Update {
  readonly parameter: Expr;
  /** New values of the slots, in the order of `slots`. */
  readonly slots: readonly Expr[];
}

/**
 * Which numbers of an array weight decay acts on: all, none, or those where a mask of the array's shape is 1 (biases and
 * weights may lie in one array).
 */
export type Decays = boolean | Expr;

/** An update rule. Its scalars are computed on the host in float64 for each step and fed to the graph. */
export interface Optimizer {
  readonly name: string;
  readonly config: Readonly<Record<string, Json>>;
  /** Names of the arrays it keeps beside each parameter. */
  readonly slots: readonly string[];
  /** What a slot is filled with before the first step; default 0. */
  readonly slotStart?: (slot: string) => number;
  /** Names of the numbers fed at each step. */
  readonly scalars: readonly string[];
  /** The numbers of step `step`, counted from 1, with the learning rate times `factor`, which a schedule gives; default 1. */
  scalarsAt(step: number, factor?: number): readonly number[];
  /**
   * The update of one parameter. `decays` says which of its numbers weight decay acts on; default all. What it adds to the
   * parameter must be proportional to the learning rate.
   */
  update(
    parameter: Expr,
    gradient: Expr,
    slots: readonly Expr[],
    scalars: readonly Expr[],
    decays?: Decays,
  ): Update;
}

/** Slots as parameters of their own, named `adam.m:encoder.0.weight`. */
export function slotName(optimizer: Optimizer, slot: string, parameter: string): string {
  return `${optimizer.name}.${slot}:${parameter}`;
}

/** The names of all slots for the given parameters. */
export function slotNames(
  optimizer: Optimizer,
  specs: ParameterSpecs,
): { slot: string; of: string; name: string }[] {
  return Object.keys(specs).flatMap((of) =>
    optimizer.slots.map((slot) => ({ slot, of, name: slotName(optimizer, slot, of) })),
  );
}

/** What is known of an optimiser that can be chosen by name. */
export interface OptimizerInfo extends Entry<Optimizer> {
  /**
   * Options that a resumed run may change, since what the optimiser has kept so far stays right: for Adam the learning
   * rate, but not the decays, with which its moments were summed.
   */
  readonly changeable: readonly string[];
}
