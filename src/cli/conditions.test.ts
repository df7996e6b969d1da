import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeNpy, encodeIdx, encodeNpy } from "../data/index.js";
import { tensor } from "../tensor/index.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
const small = ["--hidden", "16", "--batch", "32", "--threads", "1", "--lr", "0.01"];

beforeAll(async () => {
  writeTinyData(at("tiny"));
  // the same pictures, of which most are not labelled
  writeTinyData(at("partly"));
  const labels = Float32Array.from({ length: 300 }, (_, i) => (i < 30 ? i % 3 : -1));
  writeFileSync(at("partly", "train-labels-idx1-ubyte"), encodeIdx(tensor("float32", [300], labels)));
  const trained = await latent(
    "train",
    "tiny",
    "--condition",
    "label",
    "--prior",
    "class-normal",
    "--epochs",
    "12",
    "--out",
    "given",
    ...small,
  );
  expect(trained).toMatchObject({ code: 0, stderr: "" });
  expect(trained.stdout).toContain("given one of 3 classes");
});
afterAll(scratch.remove);

/** The class of each 8x8 picture by what is lit: left columns, upper rows or the diagonal. */
function classesIn(file: string): number[] {
  const { data, shape } = decodeNpy(readFileSync(at(file)), file);
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    const mean = (lit: (y: number, x: number) => boolean): number => {
      const places = [...Array(64).keys()].filter((k) => lit(Math.floor(k / 8), k % 8));
      return places.reduce((sum, k) => sum + Number(data[i * 64 + k]), 0) / places.length;
    };
    const lit = [
      mean((y, x) => x < 3 && y > 2),
      mean((y, x) => y < 3 && x > 2),
      mean((y, x) => x === y && x > 2),
    ];
    return lit.indexOf(Math.max(...lit));
  });
}

describe("latent with classes", () => {
  it("draws those that are asked for, and no other", async () => {
    for (const [where, wanted] of [
      ["label=1", [1]],
      ["label=0,2", [0, 2]],
      ["label in (0, 2)", [0, 2]],
    ] as const) {
      const made = await latent("generate", "given", "--where", where, "--n", "90", "--out", "some.npy");
      expect(made).toMatchObject({ code: 0, stderr: "" });
      expect([...new Set(classesIn("some.npy"))].sort()).toEqual(wanted);
      expect(classesIn("some.npy")).toHaveLength(90);
    }
    await latent("generate", "given", "--n", "90", "--out", "all.npy");
    expect([...new Set(classesIn("all.npy"))].sort()).toEqual([0, 1, 2]);
    const mixed = await latent(
      "generate",
      "given",
      "--sampler",
      "gmm(components=2)",
      "--where",
      "label=2",
      "--n",
      "40",
      "--out",
      "gmm.npy",
    );
    expect(mixed.code).toBe(0);
    expect([...new Set(classesIn("gmm.npy"))]).toEqual([2]);
  });

  it("has a row for each class in its report, and takes the data's labels wherever it takes examples", async () => {
    expect(existsSync(at("given", "images", "classes.png"))).toBe(true);
    expect(readFileSync(at("given", "report.html"), "utf8")).toContain("A row for each of the 3 classes");
    const run = async (...args: string[]): Promise<string> => {
      const result = await latent(...args);
      expect(result, args.join(" ")).toMatchObject({ code: 0 });
      return result.stdout;
    };
    expect(JSON.parse(await run("evaluate", "given", "--samples", "5", "--json"))).toMatchObject({
      examples: 60,
      klMethod: "exact",
    });
    await run("encode", "given", "--out", "codes.csv");
    expect(readFileSync(at("codes.csv"), "utf8").trim().split("\n")).toHaveLength(61);
    await run("reconstruct", "given", "--n", "9", "--out", "again.npy");
    expect(classesIn("again.npy")).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    await run("score", "given", "--out", "scores.csv");
    await run("interpolate", "given", "--from", "0", "--to", "1", "--steps", "5", "--out", "way.npy");
    expect([classesIn("way.npy")[0], classesIn("way.npy")[4]]).toEqual([0, 1]);
    await run("manifold", "given", "--size", "3", "--where", "label=1", "--out", "map.npy");
    expect([...new Set(classesIn("map.npy"))]).toEqual([1]);
    expect(await run("inspect", "given")).toMatch(/in\s+condition float \[batch, 3\]/);
  });

  it("goes on where it was, and says what can't be", async () => {
    const more = await latent("train", "--out", "given", "--resume", "--epochs", "13", "--no-pictures");
    expect(more.code).toBe(0);
    // bars that only their class tells apart leave nothing for z
    expect(more.stderr).toContain("nothing about the input beside its class");
    const said = async (args: readonly string[], text: string | RegExp, code = 2): Promise<void> => {
      const result = await latent(...args);
      expect(result.stderr.trim()).toMatch(text);
      expect(result.code).toBe(code);
    };
    await said(["generate", "given", "--where", "label=3"], /there is no class "3"; the classes are 0 to 2/);
    await said(["generate", "given", "--where", "label=cat"], /there is no class "cat"/);
    await said(["generate", "given", "--where", "island=Biscoe"], /given a label, not "island"/);
    await said(
      ["generate", "given", "--where", "label"],
      /--where: can't read "label"; write --where "label=7"/,
    );
    await said(["manifold", "given", "--where", "label=0,1"], /one class can be shown at a time/);
    writeFileSync(at("bare.npy"), encodeNpy(tensor("uint8", [5, 8, 8])));
    await said(
      ["encode", "given", "bare.npy"],
      /the data have no labels, but the model is given one of 3 classes/,
      1,
    );
    await said(
      ["evaluate", "given", "--data", "bare.npy"],
      /has no labels, but the model is given one of 3/,
      1,
    );
    await latent("train", "tiny", "--epochs", "1", "--out", "plain", "--no-pictures", ...small);
    await said(
      ["generate", "plain", "--where", "label=1"],
      /plain was trained without a condition.*--condition label/s,
    );
    await said(["train", "tiny", "--condition", "colour"], /"colour" is a table.s column or nothing/);
    await said(["train", "tiny", "--prior", "class-normal"], /the model has no condition/);
    await said(["train", "tiny", "--condition", "label", "--balance", "rows"], /can't be "rows"/);
    await said(
      ["train", "partly", "--condition", "label"],
      /example 30 has no label \(-1\).*--objective m2/s,
      1,
    );
    await said(["train", "--out", "plain", "--resume", "--condition", "label"], /can't change/);
  });

  it("learns of a few labels with m2, balanced", async () => {
    const told = [
      "--condition",
      "label",
      "--objective",
      "m2(alpha=5)",
      "--balance",
      "labels",
      "--epochs",
      "15",
    ];
    const trained = await latent("train", "partly", ...told, "--out", "few", "--no-pictures", ...small);
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    const { accuracy } = JSON.parse((await latent("evaluate", "few", "--json")).stdout) as {
      accuracy: number;
    };
    expect(accuracy).toBe(1);
    expect(existsSync(at("few", "model", "classifier.onnx"))).toBe(true);
    // examples without labels: their likeliest classes
    await latent("reconstruct", "few", "--split", "train", "--n", "60", "--out", "few.npy");
    expect(classesIn("few.npy")).toEqual(Array.from({ length: 60 }, (_, i) => i % 3));
  });
});
