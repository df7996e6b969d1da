import { Packing } from "../nn/index.js";
import type { Vae } from "../model/index.js";
import { type Optimizer, slotName } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import type { Tensor } from "../tensor/index.js";

/** The parameters and slots of a run in an engine, where small parameters lie together. */
export class EngineState {
  private readonly packing: Packing;
  private readonly namers: readonly ((name: string) => string)[];

  constructor(
    private readonly engine: Engine,
    model: Vae,
    optimizer: Optimizer,
  ) {
    this.packing = new Packing(model.parameters);
    const slots = optimizer.slots.map((slot) => (name: string) => slotName(optimizer, slot, name));
    this.namers = [(name) => name, ...slots];
  }

  /** Puts parameters and slots, by their own names, into the engine. */
  async put(tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    const parts = this.namers.map((nameOf) => this.packing.pack(tensors, nameOf));
    await this.engine.put(Object.assign({}, ...parts) as Record<string, Tensor>);
  }

  /** Copies of all parameters and slots. */
  take(): Promise<Record<string, Tensor>> {
    return this.read(this.namers);
  }

  /** Copies of the parameters alone. */
  weights(): Promise<Record<string, Tensor>> {
    return this.read(this.namers.slice(0, 1));
  }

  private async read(namers: readonly ((name: string) => string)[]): Promise<Record<string, Tensor>> {
    const names = namers.flatMap((nameOf) => this.packing.stored.map(({ name }) => nameOf(name)));
    const stored = await this.engine.take(names);
    const parts = namers.map((nameOf) => this.packing.unpack(stored, nameOf));
    return Object.assign({}, ...parts) as Record<string, Tensor>;
  }
}
