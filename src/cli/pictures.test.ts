import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePng, encodePng } from "../plot/index.js";
import { type CliResult, runCli, scratchFolder } from "../testing/run-cli.js";
import { colourPictures } from "../testing/colour-pictures.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const env = { LATENT_CACHE: at("cache") };
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder, env });

const flags = [
  "--size",
  "8x8",
  "--hidden",
  "16",
  "--batch",
  "16",
  "--threads",
  "1",
  "--augment",
  "flip,shift(1)",
];

beforeAll(async () => {
  const size = 12;
  const { data } = colourPictures(60, size, 1);
  for (const name of ["cats", "dogs"]) mkdirSync(at("photos", name), { recursive: true });
  for (let i = 0; i < 60; i++) {
    const own = data.slice(i * size * size * 3, (i + 1) * size * size * 3);
    const file = at("photos", i % 3 === 0 ? "cats" : "dogs", `${i}.png`);
    writeFileSync(file, await encodePng({ width: size, height: size, channels: 3, data: own }));
  }
  writeFileSync(at("photos", "cats", "broken.png"), "none");
});
afterAll(scratch.remove);

test("a folder of pictures is trained on, resumed, and new ones are written", async () => {
  const refused = await latent("train", "photos", ...flags, "--out", "run");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/1 file can't be read as a picture: cats\/broken.png.*--broken skip/);
  const told = ["--broken", "skip", "--sampler", "gmm(components=3)"];
  const trained = await latent("train", "photos", ...flags, ...told, "--epochs", "2", "--out", "run");
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stdout).toMatch(/^data {5}photos 54 train, 6 test, 8x8 colour$/m);
  expect(trained.stdout).toMatch(/1 broken file skipped: cats\/broken.png/);
  expect(trained.stdout).toMatch(/2 classes: cats, dogs/);
  expect(readFileSync(at("run", "report.html"), "utf8")).toMatch(
    /64 draws of a mixture of 3 normal distributions/,
  );
  const config = JSON.parse(readFileSync(at("run", "config.json"), "utf8")) as Record<string, unknown>;
  expect(config).toMatchObject({
    ...{ size: "8x8", fit: "crop", colour: "rgb", background: "#ffffff", broken: "skip" },
    ...{ augment: "flip,shift(1)", sampler: "gmm(components=3)" },
  });
  const resumed = await latent("train", "--out", "run", "--resume", "--epochs", "4");
  expect(resumed.code, resumed.stderr).toBe(0);
  const whole = await latent(
    "train",
    "photos",
    ...flags,
    ...told,
    "--epochs",
    "4",
    "--out",
    "whole",
    "--memory",
    "0",
  );
  expect(whole.code, whole.stderr).toBe(0);
  const last = (run: string): Buffer => readFileSync(at(run, "checkpoint", "last.safetensors"));
  const weights = (run: string): Buffer => readFileSync(at(run, "model", "weights.safetensors"));
  expect(weights("run").equals(weights("whole"))).toBe(true);
  expect(last("run").length).toBe(last("whole").length);

  const folder = await latent("generate", "run", "--n", "3", "--out", "made/");
  expect(folder.code, folder.stderr).toBe(0);
  expect(folder.stderr).toMatch(/a mixture of 3 normal distributions/);
  expect(readdirSync(at("made"))).toEqual(["00001.png", "00002.png", "00003.png"]);
  expect(await decodePng(readFileSync(at("made", "00003.png")))).toMatchObject({
    width: 8,
    height: 8,
    channels: 3,
  });
  const again = await latent("generate", "run", "--n", "3", "--sampler", "prior", "--out", "photos");
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(
    /--out photos would overwrite or mix with .*photos, which the run was trained on; give another --out/,
  );
}, 120_000);

test("a run's pictures come to its size in other commands, and a model's without the run", async () => {
  for (const folder of ["run", path.join("run", "model")]) {
    const codes = await latent("encode", folder, at("photos", "dogs"), "--out", "codes.csv");
    expect(codes.code, codes.stderr).toBe(0);
    expect(readFileSync(at("codes.csv"), "utf8").trim().split("\n")).toHaveLength(41);
  }
  const one = await latent("encode", "run", at("photos", "dogs", "1.png"), "--out", "one.csv");
  expect(one.code, one.stderr).toBe(0);
  const none = await latent("train", "mnist", "--size", "8x8");
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/--size is for pictures in a folder/);
  writeFileSync(at("rows.csv"), "a,b\n1,2\n3,4\n");
  const table = await latent("train", "rows.csv", "--size", "8x8");
  expect(table.code).toBe(2);
  expect(table.stderr).toMatch(/--size is for pictures in a folder/);
  const wrong = await latent("train", "photos", "--size", "8y8");
  expect(wrong.stderr).toMatch(/--size.*width x height, such as 64x64/);
}, 60_000);
