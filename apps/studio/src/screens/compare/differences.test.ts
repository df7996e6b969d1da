import { expect, test } from "vitest";
import { differences, flat } from "./differences";

test("nested settings by path, lists whole", () => {
  expect(flat({ model: { latent: 2, hidden: [256, 128] }, seed: 0, prior: "normal" })).toEqual({
    "model.latent": "2",
    "model.hidden": "[256,128]",
    seed: "0",
    prior: "normal",
  });
});

test("only what differs, a missing setting among it; versions and places are no settings", () => {
  const a = { version: 1, model: { latent: 2 }, lr: 0.001, device: "cpu" };
  const b = { version: 2, model: { latent: 20 }, lr: 0.001, device: "gpu", ema: 0.99 };
  expect(differences([a, b])).toEqual([
    { setting: "model.latent", values: ["2", "20"] },
    { setting: "ema", values: [undefined, "0.99"] },
  ]);
  expect(differences([a])).toEqual([]);
});
