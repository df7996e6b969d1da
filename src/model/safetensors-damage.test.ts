import { expect, test } from "vitest";
import { tensor } from "../tensor/index.js";
import { checkDamages } from "../testing/damage.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

test("a damaged file gives a UserError that names it, or tensors that add up", {
  timeout: 600_000,
}, async () => {
  const original = encodeSafetensors(
    {
      "encoder.0.weight": tensor(
        "float32",
        [3, 4],
        Float32Array.from({ length: 12 }, (_, i) => i / 7),
      ),
      "encoder.0.bias": tensor("float32", [3]),
      count: tensor("int64", [1], BigInt64Array.of(5n)),
      flags: tensor("bool", [2], Uint8Array.of(0, 1)),
    },
    { format: "pt", about: '{"a":[1,2]}' },
  );
  const refused = await checkDamages({
    original,
    names: /^runs\/w\.safetensors/,
    read: (bytes) => decodeSafetensors(bytes, "runs/w.safetensors"),
    accept: ({ tensors }) => {
      for (const { data, shape } of Object.values(tensors)) {
        expect(data.length).toBe(shape.reduce((product, dim) => product * dim, 1));
      }
    },
  });
  expect(refused).toBeGreaterThan(10);
});
