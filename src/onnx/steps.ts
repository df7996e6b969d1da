import { create } from "@bufbuild/protobuf";
import { type Expr, expressions, inputsOf, requireExpressions, simplify } from "../graph/index.js";
import { be, requireArgument } from "../tensor/index.js";
import {
  type CompiledGraph,
  encodeModel,
  type ModelMetadata,
  requireInputName,
  requireOutputs,
} from "./compile.js";
import { GraphEmitter, valueInfo } from "./emitter.js";
import { stepsInput } from "./steps-input.js";
import { requireDistinct, requireSteps } from "./validate.js";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
} from "./onnx_pb.js";

/** One step of an iteration with state: what training, evaluation and sampling loops compile to. */
export interface StepGraph {
  /** Values carried from step to step: the input node of the old value and the node of the new one. */
  readonly state: readonly { readonly current: Expr; readonly next: Expr }[];
  /** Input nodes that get another value at each step. They are fed with a leading `steps` axis. */
  readonly perStep: readonly Expr[];
  /** Values to report at each step; they come out with a leading `steps` axis. */
  readonly outputs: Readonly<Record<string, Expr>>;
}

const aStep = be.having(
  ["state", "perStep", "outputs"],
  "a step: its state, what it gets per step, and outputs",
);
const aState = be.list(be.having(["current", "next"], "{ current, next }"), 0, "[{ current, next }]");

function requireStepGraph(step: StepGraph): void {
  requireArgument("compileSteps", "the step", step, aStep);
  requireArgument("compileSteps", "state", step.state, aState);
  for (const { current, next } of step.state) requireExpressions("compileSteps: state", [current, next]);
  requireArgument("compileSteps", "perStep", step.perStep, expressions);
  requireOutputs("compileSteps", step.outputs);
}

/** The output under which a state's new value comes out. */
export function nextName(state: string): string {
  return `next:${state}`;
}

/**
 * Compiles a step to a model. With `loop` it runs any number of steps a call, in an ONNX `Loop` whose trip
 * count is the int64 input `steps`; without, one step a call, with the same feeds (leading axis 1). Inputs
 * that are neither state nor per step are shared by all steps. `extensions` are operators outside the ONNX
 * standard that the engine has.
 */
export function compileSteps(
  step: StepGraph,
  loop: boolean,
  metadata: ModelMetadata = {},
  extensions: readonly string[] = [],
): CompiledGraph {
  requireStepGraph(step);
  const given = [...step.state.map(({ next }) => next), ...Object.values(step.outputs)];
  const roots = simplify(given, { extensions });
  const emitter = new GraphEmitter(extensions);
  const stateNames = step.state.map(({ current }) => requireInputName(current));
  const perStepNames = step.perStep.map(requireInputName);
  const inputs = inputsOf([...given, ...step.state.map(({ current }) => current), ...step.perStep]);
  const special = new Set([...stateNames, ...perStepNames]);
  const shared = [...inputs].filter(([name]) => !special.has(name));
  const inner: 0 | 1 = loop ? 1 : 0;
  const carried = (name: string): string => (loop ? `loop:${name}` : name);
  const outer = [...inputs.keys(), ...stateNames.map(nextName), ...Object.keys(step.outputs)];
  const names = loop
    ? [...outer, stepsInput, "iteration", "loop:condition", ...stateNames.map(carried)]
    : outer;
  requireSteps(step);
  requireDistinct(names);
  emitter.reserve(names);

  for (const [name, node] of shared) emitter.bind(node, name, 0);
  step.state.forEach(({ current }, i) => {
    emitter.bind(current, carried(stateNames[i] as string), inner);
  });
  for (const name of perStepNames) emitter.declare(name, 0);
  if (loop) emitter.declare("iteration", 1);
  step.perStep.forEach((node, i) => {
    const name = perStepNames[i] as string;
    const taken = loop
      ? emitter.node("Gather", [name, "iteration"], { axis: { int: 0 } })
      : emitter.node("Squeeze", [name, emitter.ints([0])]);
    emitter.bind(node, taken, inner);
  });
  emitter.write(roots);

  const results = [
    ...stateNames.map((name) => ({ name: nextName(name), stacked: false })),
    ...Object.keys(step.outputs).map((name) => ({ name, stacked: true })),
  ].map((result, i) => ({ ...result, node: roots[i] as Expr }));
  const inputInfo = [
    ...(loop ? [valueInfo(stepsInput, "int64", [])] : []),
    ...step.state.map(({ current }, i) => valueInfo(stateNames[i] as string, current.dtype, current.shape)),
    ...step.perStep.map((node, i) =>
      valueInfo(perStepNames[i] as string, node.dtype, [loop ? "steps" : 1, ...node.shape]),
    ),
    ...shared.map(([name, node]) => valueInfo(name, node.dtype, node.shape)),
  ];
  const outputInfo = results.map(({ name, node, stacked }) =>
    valueInfo(name, node.dtype, stacked ? [loop ? "steps" : 1, ...node.shape] : node.shape),
  );
  if (!loop) {
    for (const { name, node, stacked } of results) {
      const value = emitter.nameOf(node);
      emitter.alias(0, stacked ? emitter.node("Unsqueeze", [value, emitter.ints([0])]) : value, name);
    }
    return encodeModel(emitter, inputInfo, outputInfo, metadata);
  }

  const goOn = emitter.constantTrue();
  emitter.alias(1, goOn, "body:condition");
  for (const { name, node } of results) emitter.alias(1, emitter.nameOf(node), `body:${name}`);
  const body = create(GraphProtoSchema, {
    name: "step",
    node: emitter.finished(1, ["body:condition", ...results.map(({ name }) => `body:${name}`)]),
    input: [
      valueInfo("iteration", "int64", []),
      valueInfo("loop:condition", "bool", []),
      ...step.state.map(({ current }, i) =>
        valueInfo(carried(stateNames[i] as string), current.dtype, current.shape),
      ),
    ],
    output: [
      valueInfo("body:condition", "bool", []),
      ...results.map(({ name, node }) => valueInfo(`body:${name}`, node.dtype, node.shape)),
    ],
  });
  emitter.append(
    create(NodeProtoSchema, {
      name: "steps",
      opType: "Loop",
      input: [stepsInput, goOn, ...stateNames],
      output: results.map(({ name }) => name),
      attribute: [
        create(AttributeProtoSchema, { name: "body", type: AttributeProto_AttributeType.GRAPH, g: body }),
      ],
    }),
  );
  return encodeModel(emitter, inputInfo, outputInfo, metadata);
}
