import { Packing, trainableSpecs } from "../nn/index.js";
import type { Vae } from "../model/index.js";
import { type Optimizer, slotName } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import type { Tensor } from "../tensor/index.js";

/** Arrays that lie in the engine as `packing` has them, under names that `nameOf` makes. */
interface Part {
  readonly packing: Packing;
  nameOf(name: string): string;
}

/** The arrays of a model and the slots of its trainable parameters in an engine, where small ones lie together. */
export class EngineState {
  private readonly parts: readonly Part[];

  constructor(
    private readonly engine: Engine,
    model: Vae,
    optimizer: Optimizer,
  ) {
    const trained = new Packing(trainableSpecs(model.parameters));
    const slots = optimizer.slots.map((slot) => ({
      packing: trained,
      nameOf: (name: string) => slotName(optimizer, slot, name),
    }));
    this.parts = [{ packing: new Packing(model.parameters), nameOf: (name) => name }, ...slots];
  }

  /** Puts arrays and slots, by their own names, into the engine. */
  async put(tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    const parts = this.parts.map(({ packing, nameOf }) => packing.pack(tensors, nameOf));
    await this.engine.put(Object.assign({}, ...parts) as Record<string, Tensor>);
  }

  /** Copies of all arrays and slots. */
  take(): Promise<Record<string, Tensor>> {
    return this.read(this.parts);
  }

  /** Copies of the model's arrays alone. */
  weights(): Promise<Record<string, Tensor>> {
    return this.read(this.parts.slice(0, 1));
  }

  private async read(parts: readonly Part[]): Promise<Record<string, Tensor>> {
    const names = parts.flatMap(({ packing, nameOf }) => packing.stored.map(({ name }) => nameOf(name)));
    const stored = await this.engine.take(names);
    const values = parts.map(({ packing, nameOf }) => packing.unpack(stored, nameOf));
    return Object.assign({}, ...values) as Record<string, Tensor>;
  }
}
