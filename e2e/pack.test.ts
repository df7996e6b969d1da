import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "latent-pack-"));
const home = path.join(folder, "elsewhere");
const windows = process.platform === "win32";
const minutes = 60_000;

/** Runs a command; a failure shows what it printed. */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  // The engine's install script downloads CUDA libraries unless told not to; nothing here needs them.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", NO_COLOR: "1" };
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env, shell: windows, maxBuffer: 1e8 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** An idx file of n 28x28 images with a bright square whose place depends on the label, or of the labels. */
function idx(n: number): { images: Buffer; labels: Buffer } {
  const images = Buffer.alloc(16 + n * 784);
  images.writeUInt32BE(0x803, 0);
  [n, 28, 28].forEach((value, i) => images.writeUInt32BE(value, 4 + 4 * i));
  const labels = Buffer.alloc(8 + n);
  labels.writeUInt32BE(0x801, 0);
  labels.writeUInt32BE(n, 4);
  for (let i = 0; i < n; i++) {
    labels[8 + i] = i % 4;
    const [top, left] = [(i % 2) * 14, (Math.floor(i / 2) % 2) * 14];
    for (let y = 0; y < 12; y++)
      images.fill(
        200 + (i % 50),
        16 + i * 784 + (top + y) * 28 + left,
        16 + i * 784 + (top + y) * 28 + left + 12,
      );
  }
  return { images, labels };
}

beforeAll(async () => {
  const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], root);
  const tarball = packed.trim().split("\n").at(-1) ?? "";
  mkdirSync(path.join(home, "data"), { recursive: true });
  writeFileSync(
    path.join(home, "package.json"),
    JSON.stringify({ name: "elsewhere", private: true, type: "module" }),
  );
  await run("npm", ["install", "--no-audit", "--no-fund", path.join(folder, tarball)], home);
  const [train, test] = [idx(600), idx(100)];
  writeFileSync(path.join(home, "data", "train-images-idx3-ubyte"), train.images);
  writeFileSync(path.join(home, "data", "train-labels-idx1-ubyte"), train.labels);
  writeFileSync(path.join(home, "data", "t10k-images-idx3-ubyte"), test.images);
  writeFileSync(path.join(home, "data", "t10k-labels-idx1-ubyte"), test.labels);
}, 5 * minutes);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("packs only what is needed", () => {
  const names = readdirSync(path.join(home, "node_modules", "latent"), { recursive: true }).map(String);
  expect(names).toContain("README.md");
  expect(names).toContain(path.join("dist", "index.js"));
  expect(names.filter((name) => /\.test\.|^goldens|^e2e|^bench|testing/.test(name))).toEqual([]);
});

it(
  "trains an epoch by the installed command, in an empty folder elsewhere",
  async () => {
    const latent = path.join(home, "node_modules", ".bin", "latent");
    await run(latent, ["train", "./data", "--epochs", "1", "--out", "run", "--seed", "3"], home);
    for (const name of [
      "config.json",
      "metrics.jsonl",
      "report.html",
      "model/decoder.onnx",
      "images/generated.png",
    ]) {
      expect(existsSync(path.join(home, "run", name)), name).toBe(true);
    }
    const evaluation = JSON.parse(await run(latent, ["evaluate", "run", "--json"], home)) as Record<
      string,
      number
    >;
    expect(evaluation.examples).toBe(100);
    expect(evaluation.negativeElbo).toBeCloseTo((evaluation.reconstruction ?? 0) + (evaluation.kl ?? 0), 6);
    await run(latent, ["generate", "run", "--n", "4", "--out", "four.png"], home);
    expect(readFileSync(path.join(home, "four.png")).subarray(1, 4).toString()).toBe("PNG");
  },
  2 * minutes,
);

it(
  "trains an epoch by the installed library, and its decoder runs in plain ONNX Runtime",
  async () => {
    const script = `
    import { datasets, elbo, train, vae } from "latent";
    import * as ort from "onnxruntime-node";
    import { readFile } from "node:fs/promises";
    const data = await datasets.folder("./data");
    const model = vae({ input: data.shape, latent: 2 });
    const run = await train(model, data, { objective: elbo(), epochs: 1, seed: 0, out: "library" });
    const z = Float32Array.of(0.5, -1, 0, 0);
    const ours = await run.model.decode({ dtype: "float32", shape: [2, 2], data: z });
    const session = await ort.InferenceSession.create(await readFile("library/model/decoder.onnx"));
    const { x } = await session.run({ z: new ort.Tensor("float32", z, [2, 2]) });
    const worst = Math.max(...ours.data.map((value, i) => Math.abs(value - x.data[i])));
    console.log(JSON.stringify({ shape: ours.shape, dims: x.dims, worst }));
  `;
    writeFileSync(path.join(home, "use.mjs"), script);
    const printed = JSON.parse(await run(process.execPath, ["use.mjs"], home)) as Record<string, unknown>;
    expect(printed).toEqual({ shape: [2, 28, 28], dims: [2, 28, 28], worst: 0 });
  },
  2 * minutes,
);

/** What `tsc --init` writes, which the snippets of README must get along with. */
async function initialise(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await run(process.execPath, [tsc, "--init"], folder);
}

const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");

/** The first snippet of README, with fewer epochs. */
function fiveLines(): string {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(code).toContain("epochs: 10");
  return code.replace("epochs: 10", "epochs: 1");
}

it(
  "has types with which README's first lines compile as pasted, in a folder made by tsc --init",
  async () => {
    const folder = path.join(home, "strict");
    await initialise(folder);
    writeFileSync(path.join(folder, "five.mts"), fiveLines());
    writeFileSync(
      path.join(folder, "all.mts"),
      `import { normal, vae, type Run, type Tensor, train, datasets } from "latent";
     import { compile, type Expr, grad, input, nodeBackend } from "latent/graph";
     import { loadModel, train as trainInPage } from "latent/web";
     const model = vae({ input: [28, 28], latent: 2, prior: normal({ loc: 0, scale: 2 }) });
     const go = async (): Promise<Run> => train(model, await datasets.folder("./data"), { epochs: 1 });
     const here = async (): Promise<Tensor> => (await (await go()).model.encode((await go()).data.test.examples)).mean!;
     const x: Expr = input("x", "float32", [2]);
     const [slope] = grad(x.square().sum(), [x]);
     export const used = [go, here, slope && compile({ slope }), nodeBackend, loadModel, trainInPage];
     // @ts-expect-error the latent size is a number
     vae({ input: [28, 28], latent: "2" });
     // @ts-expect-error plumbing is not public
     import { Packing } from "latent";
     void Packing;
     `,
    );
    await run(process.execPath, [tsc, "--noEmit"], folder);
  },
  2 * minutes,
);

it(
  "runs README's first lines as pasted",
  async () => {
    const folder = path.join(home, "five");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "five.mjs"), fiveLines());
    await run(process.execPath, ["five.mjs"], folder);
    expect(readFileSync(path.join(folder, "digits.png")).subarray(1, 4).toString()).toBe("PNG");
  },
  3 * minutes,
);

it("has one and the same Expr in its entry points, and no plumbing", async () => {
  writeFileSync(
    path.join(home, "entries.mjs"),
    `import * as latent from "latent";
    import * as graph from "latent/graph";
    import * as web from "latent/web";
    const { method } = latent.klDivergence(
      latent.beta.of({ concentration1: 2, concentration0: 3 }), latent.normal.of({ loc: 0, scale: 1 }), latent.constant(0.5));
    console.log(JSON.stringify({
      same: latent.input("x", "float32", []) instanceof graph.Expr && web.normal === latent.normal,
      value: graph.toNumbers(await latent.evaluate(graph.input("x", "float32", []).add(1), { x: 2 })),
      method,
      plumbing: ["Packing", "settle", "Windows", "evaluateOn", "NoiseInputs"].filter((name) => name in latent || name in web),
    }));`,
  );
  expect(JSON.parse(await run(process.execPath, ["entries.mjs"], home))).toEqual({
    same: true,
    value: [3],
    method: "exact",
    plumbing: [],
  });
});

it("says once what is missing without the native engine, and what to do, and computes in WebAssembly", async () => {
  const native = path.join(home, "node_modules", "onnxruntime-node");
  renameSync(native, `${native}-away`);
  try {
    writeFileSync(
      path.join(home, "wasm.mjs"),
      `import { constant, evaluate } from "latent";
      const warnings = [];
      process.on("warning", ({ code, message }) => warnings.push([code, message]));
      const values = [await evaluate(constant(2).mul(3)), await evaluate(constant(1).add(1))].map(({ data }) => data[0]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(JSON.stringify({ values, warnings: warnings.filter(([code]) => code?.startsWith("LATENT")) }));`,
    );
    const { values, warnings } = JSON.parse(await run(process.execPath, ["wasm.mjs"], home)) as {
      values: number[];
      warnings: [string, string][];
    };
    expect(values).toEqual([6, 2]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.[1]).toMatch(
      /not installed; run: npm install onnxruntime-node@1.30 --ignore-scripts/,
    );
  } finally {
    renameSync(`${native}-away`, native);
  }
});

it("warns of nothing when npm runs in the repository", async () => {
  const { stderr } = await promisify(execFile)("npm", ["run", "--silent", "imports", "--", "--version"], {
    cwd: root,
    shell: windows,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "" },
  });
  expect(stderr).not.toMatch(/npm warn/i);
});
