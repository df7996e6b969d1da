import { grad } from "../autodiff/index.js";
import { check, type Expr, input, inputsOf } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { nodeBackend } from "../runtime/node.js";
import type { Backend, Session } from "../runtime/session.js";
import {
  type FloatType,
  formatShape,
  isFloat,
  RandomStream,
  sameShape,
  type Shape,
  type Tensor,
  tensor,
  toNumbers,
  toTensor,
} from "../tensor/index.js";
import { broadcastMap } from "./broadcast-map.js";
import { numericalGradient, type ScalarFunction } from "./finite-difference.js";

/** Numbers drawn evenly from [low, high], or made from a uniform number and its place. */
export type Domain = readonly [number, number] | ((uniform: number, place: number) => number);

/** What `checkOp` checks. */
export interface OpCheck {
  /** The expression, of one float input for each shape of a case. */
  readonly build: (...inputs: Expr[]) => Expr;
  /** Each case: one shape for each input. A case with named dimensions runs for each of `lengths`. */
  readonly cases: readonly (readonly Shape[])[];
  /** What numbers the inputs hold, for all or one for each; default [-2, 2]. Kinks must be 0.01 away. */
  readonly domain?: Domain | readonly Domain[];
  /** The values computed independently; in row-major order. */
  readonly expected?: (...inputs: Tensor[]) => readonly number[];
  /** The same for ops that work element by element with broadcasting. */
  readonly elementwise?: (...values: number[]) => number;
  /** Lengths of every named dimension; default 3, 1 and 0. */
  readonly lengths?: readonly number[];
  /** Check the gradient, and the gradient of the gradient; default true. */
  readonly differentiable?: boolean;
  /** Relative tolerance of float32 values against float64 ones; default 1e-5. */
  readonly float32Tolerance?: number;
}

/**
 * Values in float64 are one rounding or a few away from the independent ones: 1e-13 leaves room for the
 * accumulated roundings of sums and for functions whose last digits differ between libraries.
 */
const valueTolerance = 1e-13;

/**
 * The finite differences (see `numericalGradient`) are exact to about 1e-11 for functions of order one. 1e-8,
 * relative to the larger of 1 and the gradient, is far from that and far below the error of any wrong rule.
 */
const gradientTolerance = 1e-8;

/** Float32 gradients, whose rounding errors add up, against float64 ones. */
const float32GradientTolerance = 1e-4;

let backend: Promise<Backend> | undefined;

/** The CPU engine with one thread, which all checks share. */
export function testBackend(): Promise<Backend> {
  backend ??= nodeBackend("cpu", 1);
  return backend;
}

/** `shape` with `length` for its named dimensions; `"2*batch"` becomes twice that. */
export function resolveShape(shape: Shape, length: number): number[] {
  return shape.map((dim) =>
    typeof dim === "number"
      ? dim
      : dim.split("*").reduce((product, part) => product * (/^\d+$/.test(part) ? Number(part) : length), 1),
  );
}

function draw(domain: Domain, shape: readonly number[], stream: RandomStream): Tensor<"float64"> {
  const value = tensor("float64", shape);
  stream.uniform(value.data, 0);
  for (let i = 0; i < value.data.length; i++) {
    const u = value.data[i] as number;
    // Rounded to float32, so that both dtypes compute from the same numbers.
    value.data[i] = Math.fround(
      typeof domain === "function" ? domain(u, i) : domain[0] + u * (domain[1] - domain[0]),
    );
  }
  return value;
}

/** Throws unless `actual` and `expected` agree to `tolerance` relative to the larger of 1 and the expected. */
export function expectClose(
  what: string,
  actual: Tensor | readonly number[],
  expected: Tensor | readonly number[],
  tolerance: number,
): void {
  const a = "dtype" in actual ? toNumbers(actual) : actual;
  const b = "dtype" in expected ? toNumbers(expected) : expected;
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} values, expected ${b.length}`);
  a.forEach((value, i) => {
    const goal = b[i] as number;
    const near = Math.abs(value - goal) <= tolerance * Math.max(1, Math.abs(goal));
    if (!near && !Object.is(value + 0, goal + 0)) {
      throw new Error(`${what}: value ${i} is ${value}, expected ${goal}`);
    }
  });
}

interface Subject {
  readonly inputs: readonly Expr[];
  readonly output: Expr;
  /** sum(output * cotangent), and its gradients. */
  readonly loss?: Expr;
  readonly gradients: readonly Expr[];
  /** sum over inputs of sum(gradient * direction), and its gradients. */
  readonly slope?: Expr;
  readonly curvatures: readonly Expr[];
}

function subject(options: OpCheck, shapes: readonly Shape[], dtype: FloatType): Subject {
  const inputs = shapes.map((shape, i) => input(`x${i}`, dtype, shape));
  const output = options.build(...inputs);
  if (options.differentiable === false || !isFloat(output.dtype)) {
    return { inputs, output, gradients: [], curvatures: [] };
  }
  const loss = output.mul(input("cotangent", output.dtype, output.shape)).sum();
  const gradients = grad(loss, inputs);
  const slope = gradients
    .map((gradient, i) => gradient.mul(input(`direction${i}`, dtype, gradient.shape)).sum())
    .reduce((sum, part) => sum.add(part));
  return { inputs, output, loss, gradients, slope, curvatures: grad(slope, inputs) };
}

function named(exprs: readonly Expr[]): Record<string, Expr> {
  return Object.fromEntries(exprs.map((expr, i) => [`result${i}`, expr]));
}

/** Compiles once, runs often: answers the values of `exprs`. */
class Evaluator {
  private constructor(
    private readonly session: Session,
    private readonly inputs: ReadonlyMap<string, Expr>,
    private readonly count: number,
  ) {}

  static async of(exprs: readonly Expr[]): Promise<Evaluator> {
    check(exprs);
    const model = compile(named(exprs));
    return new Evaluator(await (await testBackend()).open(model.bytes), inputsOf(exprs), exprs.length);
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[]> {
    const used = [...this.inputs].map(
      ([name, { dtype }]) => [name, toTensor(feeds[name] as Tensor, dtype)] as const,
    );
    const names = Array.from({ length: this.count }, (_, i) => `result${i}`);
    const results = await this.session.run(Object.fromEntries(used), names);
    return names.map((name) => results[name] as Tensor);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

async function checkCase(options: OpCheck, shapes: readonly Shape[], length: number): Promise<void> {
  const domains = typeof options.domain === "function" ? [options.domain] : (options.domain ?? [[-2, 2]]);
  const list = (typeof domains[0] === "number" ? [domains] : domains) as readonly Domain[];
  const stream = new RandomStream(7, "checkOp");
  const wide = subject(options, shapes, "float64");
  const feeds: Record<string, Tensor> = {};
  const add = (name: string, shape: Shape, domain: Domain): void => {
    feeds[name] = draw(domain, resolveShape(shape, length), stream.child(name));
  };
  shapes.forEach((shape, i) => {
    add(`x${i}`, shape, list[i] ?? (list[0] as Domain));
    add(`direction${i}`, shape, [-1, 1]);
  });
  add("cotangent", wide.output.shape, [-1, 1]);
  const xs = shapes.map((_, i) => feeds[`x${i}`] as Tensor<"float64">);

  const all = (s: Subject): Expr[] => [s.output, ...s.gradients, ...s.curvatures];
  const evaluator = await Evaluator.of(all(wide));
  const [value, ...derivatives] = await evaluator.run(feeds);
  await evaluator.close();
  const shape = resolveShape(wide.output.shape, length);
  if (value === undefined || !sameShape(value.shape, shape)) {
    throw new Error(`the op says ${formatShape(shape)}, its value has ${formatShape(value?.shape ?? [])}`);
  }
  const { elementwise } = options;
  const expected = elementwise ? broadcastMap(elementwise, ...xs) : options.expected?.(...xs);
  if (expected !== undefined) expectClose("value", value, expected, valueTolerance);

  for (const [what, root, exact] of [
    ["gradient", wide.loss, derivatives.slice(0, xs.length)],
    ["second-order gradient", wide.slope, derivatives.slice(xs.length)],
  ] as const) {
    if (root === undefined) continue;
    const scalarFunction = await Evaluator.of([root]);
    const f: ScalarFunction = async (values) => {
      const moved = Object.fromEntries(values.map((x, i) => [`x${i}`, x]));
      return toNumbers((await scalarFunction.run({ ...feeds, ...moved }))[0] as Tensor)[0] as number;
    };
    const numerical = await numericalGradient(f, xs);
    await scalarFunction.close();
    numerical.forEach((goal, i) => {
      expectClose(`${what} by input ${i}`, exact[i] as Tensor, goal, gradientTolerance);
    });
  }

  const narrow = subject(options, shapes, "float32");
  const narrowEvaluator = await Evaluator.of([narrow.output, ...narrow.gradients]);
  const [value32, ...gradients32] = await narrowEvaluator.run(feeds);
  await narrowEvaluator.close();
  expectClose("float32 value", value32 as Tensor, value, options.float32Tolerance ?? 1e-5);
  gradients32.forEach((gradient, i) => {
    const goal = derivatives[i] as Tensor;
    expectClose(`float32 gradient by input ${i}`, gradient, goal, float32GradientTolerance);
  });
}

/**
 * Checks an expression on random inputs of every listed shape: the shape that its ops infer against the one
 * that comes out, the float64 values against `expected`, the gradients (of the sum of the output times a
 * random cotangent) and the gradients of those against central finite differences, and float32 against
 * float64. Throws an Error that says for which shapes what differs.
 */
export async function checkOp(options: OpCheck): Promise<void> {
  for (const shapes of options.cases) {
    const isNamed = shapes.some((shape) => shape.some((dim) => typeof dim === "string"));
    for (const length of isNamed ? (options.lengths ?? [3, 1, 0]) : [0]) {
      try {
        await checkCase(options, shapes, length);
      } catch (error) {
        const where = `${shapes.map(formatShape).join(" and ")}${isNamed ? ` with length ${length}` : ""}`;
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
    }
  }
}
