import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy } from "../data/portable.js";
import { decodePng } from "../plot/index.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const read = (...names: string[]): Buffer => readFileSync(at(...names));
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
const small = ["--hidden", "16", "--batch", "64", "--threads", "1"];

function events(stdout: string): { type: string; [key: string]: unknown }[] {
  const lines = stdout.trim().split("\n");
  return lines.map((line) => JSON.parse(line) as { type: string });
}

function expectFailure({ code, stderr }: CliResult, expected: 1 | 2, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(code).toBe(expected);
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
  const errors = stderr.split("\n").filter((line) => line.startsWith("latent:"));
  expect(errors).toHaveLength(1);
}

let trained: CliResult;
beforeAll(async () => {
  writeTinyData(at("tiny"));
  trained = await latent("train", "tiny", "--out", "run", "--epochs", "2", ...small);
});
afterAll(scratch.remove);

describe("a run", () => {
  test("tells what it does in plain lines where there is no terminal", () => {
    expect(trained.code, trained.stderr).toBe(0);
    const lines = trained.stdout.split("\n");
    expect(lines[0]).toBe("data     tiny 300 train, 60 test, 8x8 grey");
    expect(lines[1]).toMatch(/^device {3}cpu: /);
    expect(lines[2]).toMatch(/^model {4}64-16-4 \| 2-16-64, 2,244 weights; posterior normal/);
    expect(trained.stdout).toMatch(/^epoch 2\/2 {2}test -ELBO [\d.]+ = [\d.]+ \+ KL [\d.]+/m);
    expect(trained.stdout).not.toMatch(/\u001b/);
  });

  test("leaves settings, metrics, checkpoints, model, pictures and a report", () => {
    expect(readdirSync(at("run")).sort()).toEqual([
      "checkpoint",
      "config.json",
      "images",
      "metrics.jsonl",
      "model",
      "report.html",
    ]);
    expect(readdirSync(at("run", "model")).sort()).toEqual([
      "SHA256SUMS",
      "decoder.onnx",
      "encoder.onnx",
      "model.json",
      "weights.safetensors",
    ]);
    expect(readdirSync(at("run", "images")).sort()).toEqual([
      "generated.png",
      "latent.svg",
      "loss.png",
      "loss.svg",
      "manifold.png",
      "manifold.svg",
      "reconstructions.png",
    ]);
    expect(read("run", "metrics.jsonl").toString().trim().split("\n")).toHaveLength(2);
    expect(read("run", "report.html").toString()).toContain("<h3>Manifold</h3>");
  });

  test("is measured as in training", async () => {
    const { stdout, code } = await latent("evaluate", "run", "--json");
    expect(code).toBe(0);
    const evaluation = JSON.parse(stdout) as Record<string, unknown>;
    const lines = read("run", "metrics.jsonl").toString().trim().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "") as { evaluation: unknown };
    expect(evaluation).toEqual(last.evaluation);
    expect(evaluation).toMatchObject({ split: "test", examples: 60, latentDim: 2 });
  });

  test("generates pictures, and numbers that depend on the seed alone", async () => {
    const png = await latent("generate", "run", "--n", "6", "--columns", "3", "--out", "out/g.png");
    expect(png).toMatchObject({ code: 0, stdout: "out/g.png\n", stderr: "" });
    const { width, height } = await decodePng(read("out", "g.png"));
    expect(width / height).toBeGreaterThan(1.3);
    const numbers = async (...flags: string[]): Promise<number[]> => {
      expect((await latent("generate", "run", "--out", "g.npy", ...flags)).code).toBe(0);
      const { shape, data } = decodeNpy(read("g.npy"), "g.npy");
      expect(shape.slice(1)).toEqual([8, 8]);
      return Array.from(data as Float32Array);
    };
    const five = await numbers("--n", "5", "--seed", "3");
    expect((await numbers("--n", "9", "--seed", "3")).slice(0, five.length)).toEqual(five);
    expect(await numbers("--n", "5", "--seed", "4")).not.toEqual(five);
  });

  test("reconstructs, interpolates and decodes the plane", async () => {
    expect((await latent("reconstruct", "run", "--n", "4", "--out", "r.npy")).code).toBe(0);
    expect(decodeNpy(read("r.npy"), "r.npy").shape).toEqual([4, 8, 8]);
    expect((await latent("reconstruct", "run", "--out", "r.png", "--split", "train")).code).toBe(0);
    expect((await latent("interpolate", "run", "--to", "7", "--steps", "5", "--out", "i.npy")).code).toBe(0);
    expect(decodeNpy(read("i.npy"), "i.npy").shape).toEqual([5, 8, 8]);
    expect((await latent("manifold", "run", "--size", "4", "--out", "m.npy")).code).toBe(0);
    expect(decodeNpy(read("m.npy"), "m.npy").shape).toEqual([16, 8, 8]);
    expect((await latent("manifold", "run", "--size", "4", "--out", "m.svg")).code).toBe(0);
    expect(read("m.svg").toString()).toContain("<svg");
  });

  test("is inspected", async () => {
    const { stdout, code } = await latent("inspect", "run", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      latent: 2,
      objective: "elbo",
      epochs: 2,
      onnx: { "decoder.onnx": { inputs: [{ name: "z", type: "float", shape: ["batch", 2] }] } },
    });
    expect((await latent("inspect", "run")).stdout).toMatch(/encoder\.0\.weight {2}\[16, 64\] {2}1,024/);
  });

  test("is not overwritten, but resumed for more epochs with its own settings", async () => {
    expectFailure(await latent("train", "tiny", "--out", "run"), 1, /run holds a run already; .*--resume/);
    const other = await latent("train", "--out", "run", "--resume", "--z", "3");
    expectFailure(other, 2, /run with model\.latent 2, but 3 is asked for/);
    const full = await latent("train", "tiny", "--out", "full", "--epochs", "3", "--no-pictures", ...small);
    expect(full.code).toBe(0);
    const resumed = await latent("train", "--out", "run", "--resume", "--epochs", "3", "--threads", "1");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(/^resumed {2}at epoch 3/m);
    expect(read("run", "model", "weights.safetensors")).toEqual(read("full", "model", "weights.safetensors"));
    expect(existsSync(at("full", "report.html"))).toBe(false);
  });
});

describe("--json", () => {
  test("prints events and nothing else, warnings among them", async () => {
    const args = ["--objective", "simple", "--epochs", "1", "--json", "--no-pictures", ...small];
    const { code, stdout, stderr } = await latent("train", "tiny", "--out", "json", ...args);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const types = events(stdout).map(({ type }) => type);
    expect(types[0]).toBe("data");
    expect(types).toEqual(expect.arrayContaining(["start", "progress", "epoch", "checkpoint", "warning"]));
    expect(types.at(-1)).toBe("end");
    const warning = events(stdout).find(({ type }) => type === "warning");
    expect(warning?.message).toMatch(/posterior collapse.*use --objective elbo/);
  });
});

describe("an interrupted run", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("is saved at %s, and goes on to the same weights", async (signal, expected) => {
    const out = signal.toLowerCase();
    const stopped = await runCli(["train", "tiny", "--out", out, "--epochs", "100000", "--json", ...small], {
      cwd: scratch.folder,
      onLine: (line, child) => {
        if (line.includes('"type":"epoch"')) child.kill(signal);
      },
    });
    expect(stopped.code, stopped.stderr).toBe(expected);
    expect(events(stopped.stdout).find(({ type }) => type === "stopped")?.reason).toBe("interrupted");
    expect(stopped.stdout).toContain("--resume");
    expect((await latent("evaluate", out, "--json")).code).toBe(0);
    const done = read(out, "metrics.jsonl").toString().trim().split("\n").length;
    const epochs = String(done + 1);
    const rest = ["--epochs", epochs, "--no-pictures", "--threads", "1"];
    expect((await latent("train", "--out", out, "--resume", ...rest)).code).toBe(0);
    const whole = ["train", "tiny", "--out", `${out}-whole`, "--no-pictures", "--epochs", epochs, ...small];
    expect((await latent(...whole)).code).toBe(0);
    const weights = path.join("model", "weights.safetensors");
    expect(read(out, weights)).toEqual(read(`${out}-whole`, weights));
  });
});

describe("wrong usage ends with code 2 and names the option", () => {
  test.each([
    [["train", "tiny", "--z", "0"], /--z must be/],
    [["train", "tiny", "--z=0"], /--z must be/],
    [["train", "tiny", "--batch", "-1"], /--batch must be/],
    [["train", "tiny", "--lr", "nan"], /--lr must be/],
    [["train", "tiny", "--epoch", "1"], /--epoch, did you mean --epochs\?/],
    [["trian", "tiny"], /no command "trian"; did you mean `train`\?/],
    [["train"], /which data\?/],
    [["train", "tiny", "tiny"], /Too many arguments/],
    [["train", "tiny", "--resume"], /--resume needs --out/],
    [["generate", "run", "--n", "0"], /--n must be/],
    [["generate", "run", "--out", "g.jpg"], /--out must end in \.png or \.npy or \/, got "g\.jpg"/],
    [["interpolate", "run", "--to", "60"], /--to must be below 60/],
    [["train", "tiny", "--hidden", "65536,65536"], /--hidden/],
  ])("%j", async (args, message) => {
    const before = readdirSync(scratch.folder);
    expectFailure(await latent(...args), 2, message);
    expect(readdirSync(scratch.folder)).toEqual(before);
  });

  test("--help and --version do not fail", async () => {
    expect(await latent("--version")).toMatchObject({ code: 0 });
    const { code, stdout } = await latent("train", "--help");
    expect(code).toBe(0);
    for (const flag of ["--out", "--z", "--hidden", "--objective", "--resume", "--json"]) {
      expect(stdout).toContain(flag);
    }
  });
});

describe("a config file", () => {
  test("does what flags do, flags win, and may hold a distribution of one's own", async () => {
    writeFileSync(
      at("own.config.ts"),
      `import { defineConfig, defineDistribution, positive, real } from "latent";
       const shifted = defineDistribution({
         name: "shifted-uniform",
         params: { low: real, width: positive },
         noise: { u: "uniform" },
         rsample: ({ low, width }, { u }) => low.add(width.mul(u)),
         logProb: ({ width }, x) => x.mul(0).sub(width.log()),
         mean: ({ low, width }) => low.add(width.mul(0.5)),
       });
       export default defineConfig({
         data: "tiny", out: "configured", z: 3, hidden: [9], epochs: 5, batch: 64, threads: 1,
         pictures: false, posterior: shifted(),
       });`,
    );
    const run = await latent("train", "--config", "own.config.ts", "--epochs", "1");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/64-9-6 \| 3-9-64, .* posterior shifted-uniform/);
    const evaluated = await latent("evaluate", "configured", "--config", "own.config.ts", "--json");
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ latentDim: 3, klMethod: "monteCarlo" });
    expectFailure(
      await latent("evaluate", "configured"),
      1,
      /distribution "shifted-uniform" is not known here.*--config FILE.*registerFamily/,
    );
  });

  test("is refused if it is missing or broken", async () => {
    writeFileSync(at("broken.config.ts"), "export default {");
    writeFileSync(at("remote.config.json"), '{"extends": "github:nobody/nothing"}');
    const tryIt = (file: string): Promise<CliResult> => latent("train", "tiny", "--config", file);
    expectFailure(await tryIt("no.config.ts"), 2, /--config: can't read no\.config\.ts/);
    expectFailure(await tryIt("broken.config.ts"), 2, /can't read the config file broken\.config\.ts/);
    expectFailure(await tryIt("remote.config.json"), 2, /no setting "extends"/);
  });
});

test("the folder of a run without --out is named after data and latent, and counted up", async () => {
  const args = ["train", "tiny", "--epochs", "1", "--no-pictures", ...small];
  expect((await latent(...args)).stdout).toMatch(/^saved {4}runs\/tiny-z2$/m);
  expect((await latent(...args)).stdout).toMatch(/^saved {4}runs\/tiny-z2-2$/m);
  rmSync(at("runs"), { recursive: true });
});

test("list names what can be chosen", async () => {
  const { stdout } = await latent("list", "--json");
  const list = JSON.parse(stdout) as { distributions: { name: string }[]; objectives: { name: string }[] };
  expect(list.distributions.map(({ name }) => name)).toContain("normal");
  expect(list.objectives.map(({ name }) => name)).toContain("elbo");
  expect((await latent("list")).stdout).toMatch(/^ {2}simple {2}/m);
});

test("train takes a network by name, which resume keeps and inspect draws", async () => {
  const args = ["--network", "conv(norm=none)", "--channels", "4,6", "--z", "3", "--batch", "64"];
  const common = ["--out", "pictures", "--threads", "1", "--no-pictures"];
  const { code, stderr } = await latent("train", "tiny", ...args, "--epochs", "1", ...common);
  expect(code, stderr).toBe(0);
  expect((await latent("train", "--epochs", "2", "--resume", ...common)).code).toBe(0);
  const again = await latent("train", "--epochs", "3", "--resume", "--channels", "4,6", ...common);
  expect(again.code, again.stderr).toBe(0);
  const other = await latent("train", "--epochs", "4", "--resume", "--channels", "4,7", ...common);
  expect(other.code).not.toBe(0);
  expect(other.stderr).toMatch(/channels/);

  const { stdout } = await latent("inspect", "pictures", "--json");
  const { layers } = JSON.parse(stdout) as { layers: { name: string; parameters: number }[] };
  const weighty = layers.filter(({ parameters }) => parameters > 0);
  expect(weighty.map(({ name, ...rest }) => [name, { ...rest, layer: undefined }])).toEqual([
    ["encoder.0", { outputShape: [4, 4, 4], parameters: 4 * 16 + 4 }],
    ["encoder.2", { outputShape: [2, 2, 6], parameters: 6 * 4 * 16 + 6 }],
    ["encoder.4", { outputShape: [6], parameters: 6 * 24 + 6 }],
    ["decoder.0", { outputShape: [24], parameters: 24 * 3 + 24 }],
    ["decoder.3", { outputShape: [4, 4, 4], parameters: 6 * 4 * 16 + 4 }],
    ["decoder.5", { outputShape: [8, 8, 1], parameters: 4 * 16 + 1 }],
  ]);
  const shown = (await latent("inspect", "pictures")).stdout;
  expect(shown).toMatch(/^ {2}encoder\.0 +conv\(out=4, kernel=4, stride=2\) +\[4, 4, 4\] +68$/m);
  expect(shown).toMatch(/^ {2}1,157 trained parameters$/m);
  expect((await latent("train", "tiny", "--network", "cnov")).stderr).toMatch(
    /--network: unknown network "cnov"/,
  );
  expect((await latent("train", "tiny", "--channels", "8", "--out", "no")).stderr).toContain(
    "--network conv",
  );
});

test("list tells the options of the kinds that are asked for, in singular or plural", async () => {
  const { stdout } = await latent("list", "networks", "layer", "optimizers");
  expect(stdout.match(/^\w+, .*$/gm)?.map((line) => line.split(",")[0])).toEqual([
    "networks",
    "layers",
    "optimisers",
  ]);
  expect(stdout).toMatch(/^ {6}hidden +numbers, default \[256, 128\]: sizes of the hidden layers$/m);
  expect(stdout).toMatch(/^ {6}rate +number from 0 to 1, default 0\.5: probability of a 0$/m);
  const json = JSON.parse((await latent("list", "formats", "activation", "--json")).stdout) as Record<
    string,
    { name: string }[]
  >;
  expect(Object.keys(json)).toEqual(["activations", "formats"]);
  expect(json.activations?.map(({ name }) => name)).toContain("elu");
  const wrong = await latent("list", "layrs");
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    'latent: there is nothing to list named "layrs"; did you mean "layers"?\n',
  ]);
});
