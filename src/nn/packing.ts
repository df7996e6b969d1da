import { type Expr, input } from "../graph/index.js";
import { concat } from "../ops/index.js";
import { allocate, type FloatType, sizeOf, type Tensor, tensor, type TypedArray } from "../tensor/index.js";
import type { ParameterSpecs, Weights } from "./parameters.js";

/** The name under which small parameters are kept together. */
export const packedName = "packed";

/** Parameters with fewer numbers than this are kept together. */
const smallSize = 65536;

/** Rows of `packed`, at most: operations that work row by row can share them out to threads. */
const mostRows = 128;

interface Member {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

/**
 * How parameters lie in an engine: large ones under their own names, biases and other small ones one after the
 * other in `packed` [rows, columns], so that an optimiser's update of them is one operation and not dozens. What is not
 * trainable lies under its own name.
 */
export class Packing {
  private readonly members: readonly Member[];
  private readonly alone: readonly Member[];
  private readonly total: number;
  private readonly rows: number;
  private readonly fixed: ReadonlySet<string>;

  constructor(specs: ParameterSpecs) {
    const all = Object.entries(specs).map(([name, { shape }]) => ({ name, shape, size: sizeOf(shape) }));
    this.fixed = new Set(Object.keys(specs).filter((name) => specs[name]?.trainable === false));
    const small = all.filter(({ name, size }) => size < smallSize && !this.fixed.has(name));
    this.members = small.length > 1 ? small : [];
    this.alone = all.filter((member) => !this.members.includes(member));
    this.total = this.members.reduce((total, { size }) => total + size, 0);
    this.rows = mostRows;
    while (this.total % this.rows !== 0) this.rows--;
  }

  private get packedShape(): readonly [number, number] {
    return [this.rows, this.total / this.rows];
  }

  /** Names and shapes of what lies in the engine. */
  get stored(): readonly { readonly name: string; readonly shape: readonly number[] }[] {
    const packed = this.total > 0 ? [{ name: packedName, shape: this.packedShape }] : [];
    return [...this.alone.map(({ name, shape }) => ({ name, shape })), ...packed];
  }

  /** Where each parameter is in what lies in the engine: from number `offset` on of the array `stored`. */
  get places(): readonly {
    readonly name: string;
    readonly stored: string;
    readonly offset: number;
    readonly shape: readonly number[];
  }[] {
    let end = 0;
    const packed = this.members.map(({ name, shape, size }) => {
      const offset = end;
      end += size;
      return { name, stored: packedName, offset, shape };
    });
    return [...this.alone.map(({ name, shape }) => ({ name, stored: name, offset: 0, shape })), ...packed];
  }

  /** Input nodes for what lies in the engine, and the parameters as parts of them. */
  inputs(dtype: FloatType): { readonly stored: Record<string, Expr>; readonly weights: Weights } {
    const stored = Object.fromEntries(
      this.stored.map(({ name, shape }) => [name, input(name, dtype, shape)]),
    );
    const packed = stored[packedName];
    const parts =
      packed?.reshape([this.total, 1]).split(
        0,
        this.members.map(({ size }) => size),
      ) ?? [];
    const small = this.members.map(
      ({ name, shape }, i) => [name, (parts[i] as Expr).reshape(shape)] as const,
    );
    const weights = { ...stored, ...Object.fromEntries(small) };
    delete weights[packedName];
    return { stored, weights };
  }

  /** Gradients by trainable parameter as gradients of what lies in the engine. */
  gradients(byParameter: Readonly<Record<string, Expr>>): Record<string, Expr> {
    const own = this.alone
      .filter(({ name }) => !this.fixed.has(name))
      .map(({ name }) => [name, byParameter[name] as Expr] as const);
    if (this.total === 0) return Object.fromEntries(own);
    const parts = this.members.map(({ name, size }) => (byParameter[name] as Expr).reshape([size, 1]));
    return { ...Object.fromEntries(own), [packedName]: concat(parts, 0).reshape(this.packedShape) };
  }

  /** Values by parameter as they lie in the engine. `nameOf` gives the key of either (an optimiser's slots). */
  pack(
    values: Readonly<Record<string, Tensor>>,
    nameOf = (name: string): string => name,
  ): Record<string, Tensor> {
    const valueOf = (name: string): Tensor => {
      const value = values[nameOf(name)];
      if (value === undefined) throw new Error(`there is no value for "${nameOf(name)}"`);
      return value;
    };
    const own = this.alone.map(({ name }) => [nameOf(name), valueOf(name)] as const);
    if (this.total === 0) return Object.fromEntries(own);
    const dtype = valueOf(this.members[0]?.name ?? "").dtype;
    const data = allocate(dtype, this.total);
    let at = 0;
    for (const { name, size } of this.members) {
      (data as Float64Array).set(valueOf(name).data as Float64Array, at);
      at += size;
    }
    return { ...Object.fromEntries(own), [nameOf(packedName)]: tensor(dtype, this.packedShape, data) };
  }

  /** The opposite of `pack`. */
  unpack(
    stored: Readonly<Record<string, Tensor>>,
    nameOf = (name: string): string => name,
  ): Record<string, Tensor> {
    const own = this.alone.map(({ name }) => [nameOf(name), stored[nameOf(name)] as Tensor] as const);
    const packed = stored[nameOf(packedName)];
    if (packed === undefined) return Object.fromEntries(own);
    let at = 0;
    const small = this.members.map(({ name, shape, size }) => {
      const data = packed.data.slice(at, at + size) as TypedArray;
      at += size;
      return [nameOf(name), tensor(packed.dtype, shape, data)] as const;
    });
    return { ...Object.fromEntries(own), ...Object.fromEntries(small) };
  }
}
