import { type Expr, input, inputName } from "../graph/index.js";
import { Packing, type ParameterSpecs } from "../nn/index.js";
import { chainOf, type Pace, slotsOf, steadyPace, type UpdateRule } from "../optim/index.js";
import { evaluateOn } from "../runtime/index.js";
import { sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { testBackend } from "./check-op.js";

/** Numbers of arrays by name. */
export type Numbers = Readonly<Record<string, readonly number[]>>;

/** A chain of updates of some arrays in float64, run step by step along given gradients. */
export class ChainRun {
  private readonly packing: Packing;
  private readonly scheduled: { readonly name: string; readonly at: (step: number) => number }[] = [];
  private readonly exprs: Record<string, Expr> = {};
  private stored: Record<string, Tensor> = {};
  private step = 0;

  constructor(
    private readonly rule: UpdateRule,
    private readonly specs: ParameterSpecs,
    start: Numbers,
    pace: Pace = steadyPace,
  ) {
    this.packing = new Packing(specs);
    const nodes = (prefix: string): Record<string, Expr> =>
      Object.fromEntries(
        this.packing.stored.map(({ name, shape }) => [name, input(prefix + name, "float64", shape)]),
      );
    const chain = chainOf(rule, {
      specs,
      parameters: nodes(""),
      gradients: nodes("gradient:"),
      pace,
      scheduled: (name, at) => {
        this.scheduled.push({ name, at });
        return input(name, "float64", []);
      },
    });
    for (const { current, next } of chain.state) this.exprs[inputName(current) as string] = next;
    for (const [name, output] of Object.entries(chain.outputs)) this.exprs[name] = output;
    this.stored = this.pack(start, (name) => name);
    for (const { nameOf, start: first } of slotsOf(rule)) {
      const filled = Object.entries(specs).map(([name, { shape }]) => {
        const numbers = Array.from({ length: sizeOf(shape) }, () => (first === "parameter" ? 0 : first));
        return [nameOf(name), first === "parameter" ? (start[name] ?? []) : numbers] as const;
      });
      Object.assign(this.stored, this.pack(Object.fromEntries(filled), nameOf));
    }
  }

  /** One step; answers all arrays, slots by their names, and what the step reports. */
  async next(gradients: Numbers): Promise<Numbers> {
    const nameOf = (name: string): string => `gradient:${name}`;
    const named = Object.entries(gradients).map(([name, value]) => [nameOf(name), value] as const);
    const step = this.step++;
    const feeds = {
      ...this.stored,
      ...this.pack(Object.fromEntries(named), nameOf),
      ...Object.fromEntries(this.scheduled.map(({ name, at }) => [name, at(step)])),
    };
    const results = await evaluateOn(await testBackend(), this.exprs, feeds);
    for (const name of Object.keys(this.stored))
      this.stored[name] = results[name] ?? (this.stored[name] as Tensor);
    const unpacked = [(name: string): string => name, ...slotsOf(this.rule).map((slot) => slot.nameOf)].map(
      (of) => this.packing.unpack(this.stored, of),
    );
    const arrays = Object.assign({}, ...unpacked) as Record<string, Tensor>;
    const reported = Object.keys(results).filter((name) => name.startsWith("update:"));
    const all = [
      ...Object.entries(arrays),
      ...reported.map((name) => [name, results[name] as Tensor] as const),
    ];
    return Object.fromEntries(all.map(([name, value]) => [name, toNumbers(value)]));
  }

  private pack(values: Numbers, nameOf: (name: string) => string): Record<string, Tensor> {
    const tensors = Object.entries(this.specs).map(([name, { shape }]) => {
      const key = nameOf(name);
      return [key, tensor("float64", shape, Float64Array.from(values[key] ?? []))] as const;
    });
    return this.packing.pack(Object.fromEntries(tensors), nameOf);
  }
}
