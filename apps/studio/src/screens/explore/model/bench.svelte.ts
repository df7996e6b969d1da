import { type FittedTable, tensor, type TrainedVae } from "latent/web";
import { messageOf } from "../../../lib/message";
import type { RunExamples } from "../../../lib/sources/types";
import { isPicture } from "../../../lib/ui/pixels";
import { type Codes, codesOf, extentOf } from "./codes";
import { Durations, newestOnly } from "./newest";
import { codebookOf, type LatentPart, middleOf, partsOfModel } from "./space";

/** What is black and white in the units of a model's examples: 0 and 1 unless they are standardised or other numbers. */
function pictureRangeOf({ schema }: TrainedVae): readonly [number, number] | undefined {
  const { range } = schema as { readonly range?: readonly [number, number] };
  return Array.isArray(range) ? range : undefined;
}

/** A model on the bench: the code that is looked at, what it decodes to, and the test examples' codes around it. */
export class Bench {
  readonly parts: readonly LatentPart[];
  /** Latent coordinates. */
  readonly latent: number;
  /** Numbers of one example. */
  readonly size: number;
  /** With its newest weights, where it is followed while it trains. */
  model = $state.raw() as TrainedVae;
  /** How often the weights were exchanged. */
  version = $state(0);
  codebook = $state.raw<Float32Array>();
  readonly shape: readonly number[];
  readonly isPicture: boolean;
  /** All test examples, values of 0 to 1 for pictures. */
  readonly shades: Float32Array;
  /** The code that is chosen; sliders, address and exports are about it. */
  z = $state.raw<Float32Array>(new Float32Array(0));
  /** The code under the pointer, while it hovers. */
  hovered = $state.raw<Float32Array>();
  /** What the newest decoded code looks like, and which it was. */
  decoded = $state.raw<{ readonly z: Float32Array; readonly values: Float32Array }>();
  codes = $state.raw<Codes>();
  /** The example that was clicked last. */
  picked = $state<number>();
  /** The class that a conditional model is told. */
  given = $state(0);
  problem = $state<string>();
  p95 = $state<number>();
  private readonly durations = new Durations();
  private closed = false;
  private learning: Promise<void> | undefined;
  private readonly newest = newestOnly((z: Float32Array) => this.decodeNow(z));

  constructor(
    model: TrainedVae,
    readonly examples: RunExamples | undefined,
    readonly classes: readonly string[] | undefined,
  ) {
    this.model = model;
    this.latent = model.definition.latent;
    this.size = model.definition.dataSize;
    this.shape = model.definition.input;
    this.isPicture = isPicture(this.shape);
    this.parts = partsOfModel(model);
    this.codebook = codebookOf(model);
    this.z = middleOf(this.parts, this.codebook);
    this.shades = examples ? this.asShades(examples.values, pictureRangeOf(model)) : new Float32Array(0);
  }

  /**
   * Takes the same model with other weights; what was chosen stays as it is. Resolves when its codes are known; the one before is
   * closed then.
   */
  async take(model: TrainedVae): Promise<void> {
    const before = this.model;
    this.model = model;
    this.version += 1;
    this.codebook = codebookOf(model);
    this.newest.ask(this.shown);
    await this.decode(this.z); // what was asked of the one before has come by then
    await this.learnCodes();
    await before.close();
  }

  /** Resolves when the test examples are encoded; the screen works meanwhile. */
  get ready(): Promise<void> {
    this.learning ??= this.learnCodes();
    return this.learning;
  }

  private async learnCodes(): Promise<void> {
    if (this.examples === undefined) return;
    try {
      this.codes = (await codesOf(this.model, this.examples, () => this.closed)) ?? this.codes;
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  /** The code that is shown: under the pointer, or else the chosen one. */
  get shown(): Float32Array {
    return this.hovered ?? this.z;
  }

  get condition(): { condition?: number } {
    return this.model.classes === undefined ? {} : { condition: this.given };
  }

  choose(z: Float32Array): void {
    this.z = z;
    this.hovered = undefined;
    this.newest.ask(z);
  }

  hover(z: Float32Array | undefined): void {
    this.hovered = z;
    this.newest.ask(z ?? this.z);
  }

  pick(row: number | undefined): void {
    this.picked = row;
    if (row === undefined) return;
    if (this.model.classes) this.given = this.examples?.labels?.[row] ?? this.given;
    this.choose(this.codeOf(row));
  }

  /** The code of a test example. */
  codeOf(row: number): Float32Array {
    return this.codes?.means.data.slice(row * this.latent, (row + 1) * this.latent) ?? this.z;
  }

  /** What was learned of the table, if the model is of one. */
  get table(): FittedTable | undefined {
    const { schema } = this.model;
    return schema.kind === "columns" ? schema.table : undefined;
  }

  /** Decodes codes [n, latent], values of 0 to 1 for pictures. */
  async decode(codes: Float32Array): Promise<Float32Array> {
    const n = codes.length / this.latent;
    const condition = this.model.classes && new Int32Array(n).fill(this.given);
    const found = await this.model.decode(
      tensor("float32", [n, this.latent], codes),
      condition ? { condition } : {},
    );
    return this.asShades(found.data, found.range);
  }

  /** The numbers of examples between black (0) and white (1). */
  asShades(values: Float32Array, range: readonly [number, number] | undefined): Float32Array {
    if (range === undefined || !this.isPicture || (range[0] === 0 && range[1] === 1)) return values;
    return values.map((value) => (value - range[0]) / (range[1] - range[0]));
  }

  /** Where a coordinate goes from and to: the prior's usual range, or as far as codes lie. */
  rangeOf(dim: number): readonly [number, number] {
    const part = this.parts.find(({ start, size }) => dim >= start && dim < start + size);
    const [low, high] = part?.range ?? [-3, 3];
    if (part?.kind !== "plane" || this.codes === undefined || (low === 0 && high === 1)) return [low, high];
    const [from, to] = extentOf(this.codes, dim);
    if (low === 0) return [0, Math.max(to, 0.1)];
    const far = Math.max(Math.abs(from), Math.abs(to));
    return far > 3 || far < 1.5 ? [-far * 1.05, far * 1.05] : [low, high];
  }

  /** The numbers that are black and white. */
  get blackAndWhite(): readonly [number, number] {
    return pictureRangeOf(this.model) ?? [0, 1];
  }

  /** Shades of 0 to 1 as the numbers that the model takes. */
  inUnits(shades: Float32Array): Float32Array {
    const range = pictureRangeOf(this.model);
    if (range === undefined) return shades.slice();
    return shades.map((value) => range[0] + value * (range[1] - range[0]));
  }

  close(): void {
    this.closed = true;
    this.newest.close();
    void this.model.close();
  }

  private async decodeNow(z: Float32Array): Promise<void> {
    const begun = performance.now();
    try {
      const values = await this.decode(z);
      this.durations.add(performance.now() - begun);
      this.p95 = this.durations.count >= 20 ? this.durations.p95 : undefined;
      this.decoded = { z, values };
    } catch (error) {
      this.problem = messageOf(error);
    }
  }
}
