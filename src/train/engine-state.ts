import { Packing, trainableSpecs } from "../nn/index.js";
import type { Vae } from "../model/index.js";
import { averageName, slotsOf, type UpdateRule } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import type { Tensor } from "../tensor/index.js";
import { madeWeights } from "./state.js";

/** Where an array lies: from number `offset` on of a state. */
export interface ArrayPlace {
  readonly state: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

const sameName = (name: string): string => name;

/** Arrays that lie in the engine as `packing` has them, under names that `nameOf` makes. */
interface Part {
  readonly packing: Packing;
  nameOf(name: string): string;
}

/**
 * The arrays of a model and those that a rule keeps beside its trainable parameters in an engine, where small ones lie
 * together.
 */
export class EngineState {
  private readonly parts: readonly Part[];
  /** The moving average of the weights, if the rule keeps one. */
  private readonly average: Part | undefined;

  constructor(
    private readonly engine: Engine,
    model: Vae,
    rule: UpdateRule,
  ) {
    const trained = new Packing(trainableSpecs(model.parameters));
    const slots = slotsOf(rule).map(({ nameOf }) => ({ packing: trained, nameOf }));
    this.average = rule.ema === undefined ? undefined : { packing: trained, nameOf: averageName };
    this.parts = [{ packing: new Packing(model.parameters), nameOf: sameName }, ...slots];
  }

  /** Puts arrays and slots, by their own names, into the engine. */
  async put(tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    await this.engine.put(this.packed(tensors));
  }

  /** Arrays and slots, by their own names, as they lie in the engine. */
  packed(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const parts = this.parts.map(({ packing, nameOf }) => packing.pack(tensors, nameOf));
    return Object.assign({}, ...parts) as Record<string, Tensor>;
  }

  /** Where the arrays of the model that a run makes are, by their own names: those of the moving average, if the rule keeps one. */
  get places(): Readonly<Record<string, ArrayPlace>> {
    const parts = [...this.parts.slice(0, 1), ...(this.average === undefined ? [] : [this.average])];
    const found = parts.flatMap(({ packing, nameOf }) =>
      packing.places.map(
        ({ name, stored, offset, shape }) => [name, { state: nameOf(stored), offset, shape }] as const,
      ),
    );
    return Object.fromEntries(found);
  }

  /** Copies of all arrays and slots. */
  take(): Promise<Record<string, Tensor>> {
    return this.read(this.parts);
  }

  /** Copies of the model's arrays alone: the moving average of the weights, if the rule keeps one. */
  async weights(): Promise<Record<string, Tensor>> {
    const own = this.parts.slice(0, 1);
    const { average } = this;
    return average === undefined ? this.read(own) : madeWeights(await this.read([...own, average]));
  }

  /** By what the model's inputs are read from in the engine, where it is not what lies there under their names. */
  get made(): Readonly<Record<string, string>> {
    const stored = this.average?.packing.stored ?? [];
    return Object.fromEntries(stored.map(({ name }) => [name, averageName(name)]));
  }

  private async read(parts: readonly Part[]): Promise<Record<string, Tensor>> {
    const names = parts.flatMap(({ packing, nameOf }) => packing.stored.map(({ name }) => nameOf(name)));
    const stored = await this.engine.take(names);
    const values = parts.map(({ packing, nameOf }) => packing.unpack(stored, nameOf));
    return Object.assign({}, ...values) as Record<string, Tensor>;
  }
}
