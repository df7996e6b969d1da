import { create } from "@bufbuild/protobuf";
import { type Emitter, type Expr, type OnnxAttribute, topological } from "../graph/index.js";
import { onnxType } from "../ops/index.js";
import { type DType, fromNumbers, isStatic, type Shape, type Tensor, tensor } from "../tensor/index.js";
import { divideProducts } from "./divided-products.js";
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProto,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx_pb.js";

/** A tensor in ONNX form; the bytes are shared, not copied. */
export function tensorProto(name: string, value: Tensor): TensorProto {
  const { buffer, byteOffset, byteLength } = value.data;
  return create(TensorProtoSchema, {
    name,
    dataType: onnxType[value.dtype],
    dims: value.shape.map(BigInt),
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
}

/** The declaration of a graph's input or output; named dimensions become ONNX dim_params. */
export function valueInfo(name: string, dtype: DType, shape: Shape): ValueInfoProto {
  const dim = shape.map((d) => ({
    value:
      typeof d === "number"
        ? { case: "dimValue" as const, value: BigInt(d) }
        : { case: "dimParam" as const, value: d },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: onnxType[dtype], shape: { dim } } } },
  });
}

function attributeProto(name: string, attribute: OnnxAttribute): AttributeProto {
  if ("int" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(attribute.int) });
  }
  if ("float" in attribute)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.float });
  if ("ints" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: attribute.ints.map(BigInt) });
  }
  const s = new TextEncoder().encode(attribute.string);
  return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s });
}

/** Nodes inside a `Loop` body are at depth 1, everything that doesn't change from step to step at depth 0. */
export type Depth = 0 | 1;

const sharedConstantSize = 64;

/** Collects ONNX nodes. Equal nodes are made once; each goes to the outermost graph that has its inputs. */
export class GraphEmitter implements Emitter {
  private readonly initializers: TensorProto[] = [];
  private readonly graphs: readonly [NodeProto[], NodeProto[]] = [[], []];
  private readonly made = new Map<string, string[]>();
  private readonly depths = new Map<string, Depth>();
  private readonly producers = new Map<string, Depth>();
  private readonly renames = new Map<string, string>();
  private readonly values = new Map<Expr, string>();
  private readonly uses = new Map<Expr, number>();
  private readonly needed = new Set<string>();
  private readonly shapes = new Map<string, Expr>();
  /** Operator sets of the finished nodes; the standard one is the empty string. */
  readonly domains = new Set<string>();
  private readonly reserved = new Set<string>();
  private counter = 0;

  /** `extensions`: operators outside the standard that the graph may use, such as `com.microsoft.GatedAdd`. */
  constructor(private readonly extensions: readonly string[] = []) {}

  /** Keeps names that are chosen from outside from being made up here too. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.reserved.add(name);
  }

  /** Says that `node` is the graph value `name`, given from outside at `depth`. */
  bind(node: Expr, name: string, depth: Depth): void {
    this.values.set(node, name);
    this.depths.set(name, depth);
  }

  /** Says that a value with no node of its own (such as the step number) exists at `depth`. */
  declare(name: string, depth: Depth): void {
    this.depths.set(name, depth);
  }

  /** The name of a node's value; the node and its inputs must have been written. */
  nameOf(node: Expr): string {
    const name = this.values.get(node);
    if (name === undefined) throw new Error(`node ${node.id} (${node.op.name}) has not been written`);
    return name;
  }

  has(operator: string): boolean {
    return this.extensions.includes(operator);
  }

  usesOf(node: Expr): number {
    return this.uses.get(node) ?? 0;
  }

  /** Writes nodes in order, inputs before users; nodes that are bound already are passed over. */
  write(roots: readonly Expr[]): void {
    const order = topological(roots);
    for (const used of [...order.flatMap((node) => node.inputs), ...roots]) {
      this.uses.set(used, this.usesOf(used) + 1);
    }
    for (const node of order) {
      if (this.values.has(node)) continue;
      const inputs = node.inputs.map((child) => this.nameOf(child));
      const name = node.op.lower(this, inputs, node, node.attrs);
      this.values.set(node, name);
      if (!isStatic(node.shape) && this.producers.has(name)) this.shapes.set(name, node);
    }
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    return this.nodes(opType, inputs, attributes, 1)[0] as string;
  }

  nodes(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: number,
  ): string[] {
    const key = `${opType}(${inputs.join(",")})${JSON.stringify(attributes)}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const depth = inputs.some((name) => this.depths.get(name) === 1) ? 1 : 0;
    const names = Array.from({ length: outputs }, () => this.fresh(opType));
    const dot = opType.lastIndexOf(".");
    this.graphs[depth].push(
      create(NodeProtoSchema, {
        name: names[0] as string,
        opType: opType.slice(dot + 1),
        domain: opType.slice(0, Math.max(0, dot)),
        input: [...inputs],
        output: names,
        attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
      }),
    );
    for (const name of names) {
      this.depths.set(name, depth);
      this.producers.set(name, depth);
    }
    this.made.set(key, names);
    return names;
  }

  constant(value: Tensor): string {
    const small = value.data.length <= sharedConstantSize;
    const key = small ? constantKey(value) : "";
    const known = this.made.get(key)?.[0];
    if (small && known !== undefined) return known;
    const name = this.fresh("constant");
    this.initializers.push(tensorProto(name, value));
    this.depths.set(name, 0);
    if (small) this.made.set(key, [name]);
    return name;
  }

  scalar(value: number, dtype: DType): string {
    return this.constant(tensor(dtype, [], fromNumbers(dtype, [value])));
  }

  ints(values: readonly number[]): string {
    return this.constant(tensor("int64", [values.length], fromNumbers("int64", values)));
  }

  /** The bool scalar true. */
  constantTrue(): string {
    return this.constant(tensor("bool", [], Uint8Array.of(1)));
  }

  /**
   * Gives a value a chosen name, as an output of the graph at `depth`. A value that a node of that graph makes
   * is renamed; anything else (an input, a constant, a value that has a chosen name) is copied by an Identity.
   */
  alias(depth: Depth, from: string, name: string): void {
    if (this.producers.get(from) === depth && !this.renames.has(from)) {
      this.renames.set(from, name);
      return;
    }
    this.graphs[depth].push(
      create(NodeProtoSchema, { name, opType: "Identity", input: [from], output: [name] }),
    );
    this.depths.set(name, depth);
  }

  /** Adds a node that was made elsewhere to the outer graph. */
  append(node: NodeProto): void {
    this.graphs[0].push(node);
  }

  /**
   * The nodes of the graph at `depth` that its `outputs` or an inner graph that was finished before need, with
   * their chosen names. Called once all is written, for the inner graph first.
   */
  finished(depth: Depth, outputs: readonly string[]): NodeProto[] {
    const rename = (name: string): string => this.renames.get(name) ?? name;
    for (const name of outputs) this.needed.add(name);
    const needed = new Set(this.needed);
    const kept: NodeProto[] = [];
    for (const node of [...this.graphs[depth]].reverse()) {
      node.output = node.output.map(rename);
      if (!node.output.some((name) => needed.has(name))) continue;
      node.input = node.input.map(rename);
      for (const name of node.input) needed.add(name);
      kept.push(node);
    }
    const nodes = divideProducts(kept.reverse(), this.needed, (name) => this.isOne(name));
    for (const { input, domain } of nodes) {
      for (const name of input) this.needed.add(name);
      this.domains.add(domain);
    }
    return nodes;
  }

  /** The constants that the finished graphs use. */
  finishedConstants(): TensorProto[] {
    return this.initializers.filter(({ name }) => this.needed.has(name));
  }

  /**
   * Shapes with named dimensions inside the outer graph. Engines lose the names where a shape is made by a reshape, and ONNX
   * Runtime then adds pictures in blocked layouts by reshapes of its own, which fail for no examples.
   */
  finishedShapes(outputs: readonly string[]): ValueInfoProto[] {
    return [...this.shapes]
      .filter(([name]) => this.producers.get(name) === 0 && this.needed.has(name) && !outputs.includes(name))
      .map(([name, { dtype, shape }]) => valueInfo(name, dtype, shape));
  }

  /** Whether a value is the floating-point number 1. */
  private isOne(name: string): boolean {
    return this.made.get(oneOf.float32)?.[0] === name || this.made.get(oneOf.float64)?.[0] === name;
  }

  private fresh(stem: string): string {
    const name = `${stem.slice(stem.lastIndexOf(".") + 1)}_${this.counter++}`;
    return this.reserved.has(name) ? this.fresh(stem) : name;
  }
}

/** What tells a constant from others. */
function constantKey({ dtype, shape, data }: Tensor): string {
  return `constant ${dtype}[${shape.join()}] ${Array.from<number | bigint, string>(data, spell).join()}`;
}

/** The keys of the number 1. */
const oneOf = { float32: "constant float32[] 1", float64: "constant float64[] 1" } as const;

/** A number's exact identity as text: -0 and 0 differ. */
function spell(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
