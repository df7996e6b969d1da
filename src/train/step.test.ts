import { fromBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { vae } from "../model/index.js";
import { elbo } from "../objectives/index.js";
import { compileSteps } from "../onnx/index.js";
import { ModelProtoSchema, type NodeProto } from "../onnx/onnx_pb.js";
import { adam } from "../optim/index.js";
import { trainingStep } from "./step.js";

/** The nodes of the notebook's training step at batch 128, inside its Loop. */
function nodesOfStep(): NodeProto[] {
  const model = vae({ input: [28, 28] });
  const options = { objective: elbo(), optimizer: adam(), batch: 128, datasetSize: 60_000 };
  const { graph } = trainingStep(model, { ...options, stored: "uint8" });
  const { bytes } = compileSteps(graph, true, {}, ["com.microsoft.GatedAdd"]);
  const loop = fromBinary(ModelProtoSchema, bytes).graph?.node.find(({ opType }) => opType === "Loop");
  return loop?.attribute[0]?.g?.node ?? [];
}

const nodes = nodesOfStep();
const count = (opType: string): number => nodes.filter((node) => node.opType === opType).length;

it("has one product for each layer forward, one for each weight and one for each activation behind the first", () => {
  // Six layers: 6 forward, 6 gradients of weights, 5 gradients of activations.
  expect(count("Gemm")).toBe(17);
  expect(count("MatMul")).toBe(0);
});

it("transposes the batch as bytes and nothing else of the data's size", () => {
  const gathered = nodes.find(({ opType, input }) => opType === "Gather" && input[0] === "data")?.output[0];
  const turned = nodes.filter(({ opType, input }) => opType === "Transpose" && input[0] === gathered);
  expect(turned.length).toBe(1);
  const products = new Set(nodes.filter(({ opType }) => opType === "Gemm").flatMap(({ output }) => output));
  const wide = nodes.filter(({ opType, input }) => opType === "Transpose" && products.has(input[0] ?? ""));
  // The one left is of the gradient by the latents, [2, 128].
  expect(wide.length).toBeLessThanOrEqual(1);
  expect(count("DequantizeLinear")).toBe(2);
});

it("updates the large weights in seven passes each and all small parameters together", () => {
  // The two weights of 200,704 numbers and all other parameters together have a square root each.
  expect(count("Sqrt")).toBe(3);
  expect(count("GatedAdd")).toBe(9);
});

it("is the same, byte for byte, when it is built again", () => {
  expect(nodesOfStep()).toEqual(nodes);
});
