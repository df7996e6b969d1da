import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input, scalar } from "../graph/index.js";
import { compile, compileSteps, nextName, type StepGraph } from "../onnx/index.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { expectClose } from "../testing/check-op.js";
import { runInChild } from "../testing/in-child.js";
import { opSamples, sampleFeeds, sampleInputs } from "../testing/op-samples.js";
import { chooseDevice } from "./devices.js";
import { probeDevice } from "./probe.js";

/**
 * The Vulkan driver of a renderer in software: SwiftShader, as Debian's chromium ships it. Where there is none, or
 * no loader for it, these tests are skipped, and counted as such.
 */
function softwareDriver(): string | undefined {
  const named = process.env.LATENT_TEST_VULKAN_DRIVER;
  if (named !== undefined) return named;
  const folders = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
  try {
    const files = execFileSync("dpkg", ["-L", "chromium"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const listed = files.split("\n").find((file) => file.endsWith("swiftshader_icd.json"));
    if (listed !== undefined && existsSync(listed)) return listed;
  } catch {
    // Not Debian; the folders below may still hold it.
  }
  for (const folder of folders.filter((name) => existsSync(name))) {
    const file = readdirSync(folder).find((name) => name.endsWith("swiftshader_icd.json"));
    if (file !== undefined) return `${folder}/${file}`;
  }
  return undefined;
}

/** Whether Vulkan's loader is installed, as far as that can be told; Debian's package is libvulkan1. */
function hasLoader(): boolean {
  try {
    const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/sbin:/usr/sbin` };
    return execFileSync("ldconfig", ["-p"], { encoding: "utf8", env }).includes("libvulkan.so.1");
  } catch {
    return true;
  }
}

const driver = hasLoader() ? softwareDriver() : undefined;
const env = { VK_ICD_FILENAMES: driver ?? "", VK_DRIVER_FILES: driver ?? "" };

function normals(name: string, shape: number[], scale = 1): Tensor {
  const value = tensor("float32", shape);
  new RandomStream(9, name).normal(value.data, 0);
  value.data.forEach((x, i) => (value.data[i] = scale * x));
  return value;
}

/** A variational autoencoder in small: two layers each way, bytes for data, noise by step, Adam. */
function training(): {
  step: StepGraph;
  residents: Record<string, Tensor>;
  feeds: (i: number) => Record<string, Tensor>;
} {
  const [batch, pixels, hidden, latent] = [8, 12, 10, 2];
  const shapes = {
    w1: [hidden, pixels],
    b1: [hidden, 1],
    w2: [2 * latent, hidden],
    w3: [hidden, latent],
    w4: [pixels, hidden],
    b4: [pixels, 1],
  };
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, input(name, "float32", shape)]),
  );
  const w = weights as Record<keyof typeof shapes, Expr>;
  const data = input("data", "uint8", ["examples", pixels]);
  const places = input("places", "int32", [batch]);
  const noise = input("noise", "float32", [latent, batch]);
  const t = input("t", "float32", []);

  const x = data
    .gather(places)
    .dequantize(1 / 255)
    .transpose();
  const code = w.w2.matmul(w.w1.matmul(x).add(w.b1).relu());
  const [mean, logVar] = code.split(0, [latent, latent]) as [Expr, Expr];
  const z = mean.add(logVar.mul(0.5).exp().mul(noise));
  const logits = w.w4.matmul(w.w3.matmul(z).relu()).add(w.b4);
  const distortion = logits.softplus().sub(x.mul(logits)).sum(0).mean();
  const rate = mean.square().add(logVar.exp()).sub(logVar).sub(1).mul(0.5).sum(0).mean();
  const loss = distortion.add(rate);

  const names = Object.keys(shapes) as (keyof typeof shapes)[];
  const slopes = grad(
    loss,
    names.map((name) => w[name]),
  );
  const next = t.add(1);
  const state: { current: Expr; next: Expr }[] = [{ current: t, next }];
  names.forEach((name, i) => {
    const m = input(`m:${name}`, "float32", shapes[name]);
    const v = input(`v:${name}`, "float32", shapes[name]);
    const slope = slopes[i] as Expr;
    const first = m.mul(0.9).add(slope.mul(0.1));
    const second = v.mul(0.999).add(slope.square().mul(0.001));
    const unbiased = (moment: Expr, beta: number): Expr =>
      moment.div(scalar(1, "float32").sub(scalar(beta, "float32").pow(next)));
    const change = unbiased(first, 0.9).div(unbiased(second, 0.999).sqrt().add(1e-8));
    state.push(
      { current: w[name], next: w[name].sub(change.mul(0.01)) },
      { current: m, next: first },
      { current: v, next: second },
    );
  });
  const bytes = tensor("uint8", [20, pixels]);
  bytes.data.forEach((_, i) => (bytes.data[i] = (i * 37) % 256));
  const residents: Record<string, Tensor> = { data: bytes, t: tensor("float32", []) };
  for (const name of names) {
    residents[name] = normals(name, shapes[name], 0.3);
    residents[`m:${name}`] = tensor("float32", shapes[name]);
    residents[`v:${name}`] = tensor("float32", shapes[name]);
  }
  return {
    step: { state, perStep: [places, noise], outputs: { loss, distortion, rate } },
    residents,
    feeds: (i) => ({
      places: tensor(
        "int32",
        [1, batch],
        Int32Array.from({ length: batch }, (_, k) => (i * batch + 3 * k) % 20),
      ),
      noise: normals(`noise ${i}`, [1, latent, batch]),
    }),
  };
}

describe("WebGPU on a software adapter", () => {
  test.skipIf(driver === undefined)(
    "trains as the CPU does, one step a call, the state kept in the engine",
    async () => {
      const { step, residents, feeds } = training();
      const model = compileSteps(step, false);
      const names = step.state.map(({ current }) => current.attrs.name as string);
      const job = {
        model: model.bytes,
        inputs: model.inputs,
        residents,
        runs: Array.from({ length: 6 }, (_, i) => feeds(i)),
        fetch: ["loss", "distortion", "rate"],
        keep: Object.fromEntries(names.map((name) => [nextName(name), name])),
      };
      const gpu = await runInChild({ ...job, device: "webgpu" }, env);
      const cpu = await runInChild({ ...job, device: "cpu" });
      const losses = cpu.outputs.map(({ loss }) => toNumbers(loss as Tensor)[0] as number);
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      // Float32 on both; the order of sums and the last digits of exp and log differ, and Adam divides by
      // roots of tiny squares, so that differences of 1e-7 may grow a hundredfold over the steps.
      for (const [i, outputs] of gpu.outputs.entries()) {
        for (const name of job.fetch) {
          expectClose(
            `${name} of step ${i}`,
            outputs[name] as Tensor,
            cpu.outputs[i]?.[name] as Tensor,
            2e-5,
          );
        }
      }
      for (const name of names)
        expectClose(name, gpu.residents[name] as Tensor, cpu.residents[name] as Tensor, 1e-4);
    },
  );

  test.skipIf(driver === undefined)("computes every op and its gradients as the CPU does", async () => {
    const inputs = sampleInputs("float32");
    const graph = Object.fromEntries(
      opSamples.flatMap((sample, i) => {
        const value = sample.build(inputs);
        const [slope] = grad(value.sum(), [inputs.a]) as [Expr];
        return [
          [`${sample.name}:${i}`, value],
          [`${sample.name}:${i}:slope`, slope],
        ] as const;
      }),
    );
    const model = compile(graph);
    const job = {
      model: model.bytes,
      inputs: model.inputs,
      runs: [sampleFeeds("float32")],
      fetch: model.outputs,
    };
    const gpu = (await runInChild({ ...job, device: "webgpu" }, env)).outputs[0] ?? {};
    const cpu = (await runInChild({ ...job, device: "cpu" })).outputs[0] ?? {};
    const tolerance = (name: string): number => (/^(sin|cos):/.test(name) ? 2 ** -11 : 2e-5);
    // 2^-11 is the absolute error that WGSL allows sin and cos.
    const errors: string[] = [];
    for (const name of model.outputs) {
      try {
        expectClose(name, gpu[name] as Tensor, cpu[name] as Tensor, tolerance(name));
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
    expect(errors).toEqual([]);
  });

  test.skipIf(driver === undefined)(
    "is found usable, known for software, and passed over by auto",
    async () => {
      const before = { ...process.env };
      Object.assign(process.env, env);
      try {
        expect(await probeDevice("webgpu")).toEqual({ ok: true, software: "SwiftShader" });
        const report = await chooseDevice("webgpu");
        expect(report).toMatchObject({ usable: true });
        expect(report.reason).toContain("SwiftShader");
        expect((await chooseDevice("auto")).reason).not.toContain("computes right, and faster");
      } finally {
        for (const name of Object.keys(env)) delete process.env[name];
        Object.assign(process.env, before);
      }
    },
  );
});
