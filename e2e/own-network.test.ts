import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkLayer, checkNetwork, evaluate, layers, loadModel, networks } from "latent";
import { gated, gatedLinear } from "../examples/own-network/gated.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../src/testing/run-cli.js";

const example = fileURLToPath(new URL("../examples/own-network", import.meta.url));
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: at() });

afterAll(scratch.remove);

describe("a layer and a network that the package does not have", () => {
  test("the layer is its formula, and passes the checks", () =>
    checkLayer(gatedLinear(2), {
      evaluate,
      shapes: [[3]],
      reference: (x, { weight = [], bias = [] }) => {
        const line = (row: number): number =>
          x.reduce((sum, value, i) => sum + value * (weight[3 * row + i] as number), bias[row] as number);
        return [0, 1].map((row) => line(row) / (1 + Math.exp(-line(row + 2))));
      },
    }));

  test("those of the catalogue pass the checks too", async () => {
    await checkLayer(layers.from("gated-linear(out=3)"), { evaluate });
    await checkNetwork(networks.from("gated(widths=[4, 3])"), { evaluate });
    await checkNetwork(gated(), { evaluate, shapes: [[[5], [2]]] });
  });

  test("a wrong gradient is found", async () => {
    const { customGradient } = await import("latent/graph");
    const wrong = {
      ...gatedLinear(2),
      name: "wrong",
      build: (inShape: readonly number[]) => {
        const built = gatedLinear(2).build(inShape);
        return {
          ...built,
          apply: (...[x, context]: Parameters<typeof built.apply>) => {
            const y = built.apply(x, context);
            return customGradient(y, [y], (grad) => [grad.mul(1.001)]);
          },
        };
      },
    };
    await expect(checkLayer(wrong, { evaluate })).rejects.toThrow(/gradient by x: number 0 is .*, expected/);
  });
});

describe("its config file", () => {
  let trained: CliResult;
  beforeAll(async () => {
    cpSync(example, at(), { recursive: true, filter: (file) => !/[\\/]run$/.test(file) });
    writeTinyData(at("tiny"));
    trained = await latent("train", "tiny", "--epochs", "3", "--batch", "32", "--no-pictures");
  });

  test("trains with it, and saves it by its name", () => {
    expect(trained.code, trained.stderr).toBe(0);
    const lines = readFileSync(at("run", "metrics.jsonl"), "utf8").trim().split("\n");
    const elbos = lines.map(
      (line) => (JSON.parse(line) as { evaluation: { negativeElbo: number } }).evaluation.negativeElbo,
    );
    expect(elbos.at(-1)).toBeLessThan(elbos[0] ?? 0);
    const { model } = JSON.parse(readFileSync(at("run", "model", "model.json"), "utf8")) as {
      model: Record<string, unknown>;
    };
    expect(model).toMatchObject({
      encoder: { type: "gated", widths: [256, 128] },
      decoder: { type: "gated", widths: [128, 256] },
    });
  });

  test("lets commands read the run again, and inspect show its layers", async () => {
    const { stdout, code } = await latent("inspect", "run", "--json");
    expect(code).toBe(0);
    const { layers: lines } = JSON.parse(stdout) as { layers: { name: string; parameters: number }[] };
    expect(lines[0]).toEqual({
      name: "encoder.0",
      layer: "gated-linear(out=256)",
      outputShape: [256],
      parameters: 512 * (64 + 1),
    });
    expect((await latent("generate", "run", "--out", "new.npy")).code).toBe(0);
  });

  test("is not needed to load the model once layers and networks are known", async () => {
    const model = await loadModel(at("run"));
    expect(model.definition.encoder.name).toBe("gated");
    expect((await model.generate(2)).shape).toEqual([2, 8, 8]);
    await model.close();
  });

  test("is asked for where they aren't", async () => {
    const elsewhere = await runCli(["generate", at("run"), "--out", at("x.npy")], {
      cwd: path.dirname(at()),
    });
    expect(elsewhere.code).not.toBe(0);
    expect(elsewhere.stderr).toContain('network "gated", which is not known here; add it (networks.add)');
  });
});
