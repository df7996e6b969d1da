import { type Expr, inputsOf } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { nodeBackend } from "../runtime/node.js";
import type { Session } from "../runtime/session.js";
import { type Tensor, type TensorLike, toTensor } from "../tensor/index.js";

const backend = nodeBackend("cpu", 1);

/** Expressions compiled once, to be computed on several sets of numbers. */
export class Program {
  private constructor(
    private readonly session: Session,
    private readonly inputs: ReadonlyMap<string, Expr>,
    private readonly names: readonly string[],
  ) {}

  static async of(exprs: Readonly<Record<string, Expr>>): Promise<Program> {
    const { bytes } = compile(exprs);
    return new Program(await (await backend).open(bytes), inputsOf(Object.values(exprs)), Object.keys(exprs));
  }

  async run(feeds: Readonly<Record<string, TensorLike>>): Promise<Record<string, Tensor>> {
    const used = [...this.inputs].map(
      ([name, { dtype }]) => [name, toTensor(feeds[name] as TensorLike, dtype)] as const,
    );
    return this.session.run(Object.fromEntries(used), this.names);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
