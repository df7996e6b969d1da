import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
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

it(
  "has types that a strict project compiles against",
  async () => {
    writeFileSync(
      path.join(home, "use.ts"),
      `import { normal, vae, type Run, train, datasets } from "latent";
     const model = vae({ input: [28, 28], latent: 2, prior: normal({ loc: 0, scale: 2 }) });
     const go = async (): Promise<Run> => train(model, await datasets.folder("./data"), { epochs: 1 });
     void go;
     // @ts-expect-error the latent size is a number
     vae({ input: [28, 28], latent: "2" });
     `,
    );
    const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--skipLibCheck",
      "use.ts",
    ];
    await run(process.execPath, [tsc, "--ignoreConfig", ...options], home);
  },
  2 * minutes,
);
