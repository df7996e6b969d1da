import { create } from "@bufbuild/protobuf";
import { type NodeProto, NodeProtoSchema } from "./onnx_pb.js";

/**
 * `(1 / a) * b` as `b / a`: one pass over memory where two were. Only where nothing else needs the quotient: `kept`
 * says which values are needed elsewhere, `isOne` which are the floating-point number 1 (of whole numbers, `1 / a` is
 * cut short before it is multiplied). A product of two such quotients becomes one division by the one written first.
 *
 * ONNX Runtime has this rewrite too (`DivMulFusion`), but loses `b` if `b` is itself the quotient of another product,
 * and applies it to whole numbers; sessions turn it off.
 */
export function divideProducts(
  nodes: readonly NodeProto[],
  kept: ReadonlySet<string>,
  isOne: (name: string) => boolean,
): NodeProto[] {
  const result: (NodeProto | undefined)[] = [...nodes];
  const users = new Map<string, number[]>();
  nodes.forEach(({ input }, at) => {
    for (const name of input) users.set(name, [...(users.get(name) ?? []), at]);
  });
  for (const [at, { opType, input, output }] of nodes.entries()) {
    if (opType !== "Div") continue;
    const [one = "", divisor = ""] = input;
    const [quotient = ""] = output;
    const [user, ...others] = users.get(quotient) ?? [];
    if (user === undefined || others.length > 0 || kept.has(quotient) || !isOne(one)) continue;
    const product = result[user];
    if (product?.opType !== "Mul") continue;
    const factor = product.input.find((name) => name !== quotient) ?? "";
    result[at] = undefined;
    result[user] = create(NodeProtoSchema, { ...product, opType: "Div", input: [factor, divisor] });
  }
  return result.filter((node) => node !== undefined);
}
