// Run as a process of its own, so that a driver that crashes or hangs takes nothing else down:
// node device-probe.js webgpu. Its last line of output is what it found, as JSON.
import { readFileSync } from "node:fs";
import { input } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { type NodeDevice, nodeBackend } from "./node.js";
import { probeMarker, type ProbeResult } from "./probe.js";
import type { Backend } from "./session.js";

/** Rounding differs from device to device; a device that is wrong is wrong by far more. */
const tolerance = 1e-3;

function filled(size: number, seed: number): Tensor {
  const value = tensor("float32", [size, size]);
  for (let i = 0; i < value.data.length; i++) value.data[i] = Math.sin(seed + i * 0.37) / 16;
  return value;
}

/** A chain of matrix products with what a layer puts between them. */
async function chain(backend: Backend, size: number, products: number): Promise<() => Promise<Tensor>> {
  const x = input("x", "float32", [size, size]);
  const w = input("w", "float32", [size, size]);
  let y = x;
  for (let i = 0; i < products; i++) y = y.matmul(w).add(0.1).tanh();
  const session = await backend.open(compile({ y }).bytes);
  const feeds = { x: filled(size, 1), w: filled(size, 2) };
  return async () => (await session.run(feeds, ["y"])).y as Tensor;
}

/** The shortest of some runs; a device on which one takes 2 s is not asked again. */
async function milliseconds(run: () => Promise<Tensor>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
    if (best > 2000) break;
  }
  return best;
}

/** The software renderer that this process has in use, if its memory map shows one. */
function softwareRenderer(): string | undefined {
  try {
    const maps = readFileSync("/proc/self/maps", "utf8");
    if (maps.includes("swiftshader")) return "SwiftShader";
    return /libvulkan_(?!lvp)|nvidia/.test(maps) || !maps.includes("libvulkan_lvp") ? undefined : "llvmpipe";
  } catch {
    return undefined;
  }
}

async function probe(device: NodeDevice): Promise<ProbeResult> {
  const own = await nodeBackend(device);
  const cpu = await nodeBackend("cpu");
  const found = toNumbers(await (await chain(own, 64, 2))());
  const software = softwareRenderer();
  const goal = toNumbers(await (await chain(cpu, 64, 2))());
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - (goal[i] as number))), 0);
  if (!(worst < tolerance)) return { ok: false, reason: `it computes wrong numbers (off by ${worst})` };
  if (software !== undefined) return { ok: true, software };
  const [slow, fast] = [await chain(cpu, 512, 8), await chain(own, 512, 8)];
  return { ok: true, speed: (await milliseconds(slow)) / (await milliseconds(fast)) };
}

let result: ProbeResult;
try {
  result = await probe(process.argv[2] as NodeDevice);
} catch (error) {
  result = { ok: false, reason: error instanceof Error ? error.message : String(error) };
}
process.stdout.write(`\n${probeMarker}${JSON.stringify(result)}\n`, () => process.exit(0));
