import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./latent.mjs";
import { median } from "./stats.mjs";

const script = path.join(root, "bench/peers/guard-steps.mjs");

const widths = { float: 4, double: 8, int32: 4, int64: 8, uint8: 1, bool: 1 };

function bytesOf(values = []) {
  return values
    .flatMap((value) => Object.entries(value))
    .reduce((total, [type, shape]) => total + (widths[type] ?? 4) * shape.reduce((a, b) => a * b, 1), 0);
}

const products = new Set(["Gemm", "FusedGemm", "MatMul", "FusedMatMul"]);
const views = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/** Bytes that an operation reads and writes: what a gather leaves alone it doesn't read, a view is free. */
function traffic({ op_name: op, input_type_shape: inputs, output_type_shape: outputs }) {
  if (views.has(op)) return 0;
  const written = bytesOf(outputs);
  return op === "Gather" ? 2 * written : bytesOf(inputs) + written;
}

const shapeText = (values = []) => values.map((value) => Object.values(value)[0].join("x")).join(" ");

/**
 * What ONNX Runtime executes in one training step, by its own profile: `operations`, each `{ key, op, microseconds,
 * bytes }`, the median over the steps. Operations outside of the loop over steps are left out.
 */
export function profileStep({ batch, latent, network, threads, steps = network ? 10 : 40, calls = 3 }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "latent-profile-"));
  try {
    const request = { batch, latent, network, threads, steps, calls, profile: path.join(folder, "step") };
    execFileSync(process.execPath, [script, JSON.stringify(request)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [file] = readdirSync(folder);
    const text = readFileSync(path.join(folder, file), "utf8");
    const nodes = new Map();
    for (const { cat, name, dur, args } of JSON.parse(text)) {
      if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
      const id = `${name} ${args.node_index}`;
      const node = nodes.get(id) ?? { args, times: [] };
      node.times.push(dur);
      nodes.set(id, node);
    }
    const inLoop = [...nodes.values()].filter(({ times }) => times.length >= (steps * calls) / 2);
    return inLoop.map(({ args, times }) => ({
      key: `${args.op_name} ${shapeText(args.input_type_shape)} -> ${shapeText(args.output_type_shape)}`,
      op: args.op_name,
      product: products.has(args.op_name),
      microseconds: median(times.slice(Math.min(10, times.length >> 1))),
      bytes: traffic(args),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ortInstructions(file) {
  const names = new Map();
  let object = "";
  let called = false;
  let total = 0;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const named = /^(c?)ob=\((\d+)\)(?: (.*))?$/.exec(line);
    if (named) {
      if (named[3]) names.set(named[2], named[3]);
      if (!named[1]) object = names.get(named[2]) ?? "";
    } else if (line.startsWith("calls=")) {
      called = true; // the next line is the cost of what was called, which counts there
    } else if (/^[+\-*\d]/.test(line)) {
      if (!called && object.includes("onnxruntime")) total += Number(line.slice(line.lastIndexOf(" ") + 1));
      called = false;
    }
  }
  return total;
}

/** Whether instructions can be counted here, and if not, why. */
export function valgrindMissing() {
  try {
    execFileSync("valgrind", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "valgrind is not installed (apt install valgrind)";
  }
}

/**
 * Instructions that ONNX Runtime executes for one training step on one thread, counted by valgrind: of two runs with
 * different numbers of steps, the difference. Only the thread that runs the steps counts: ONNX Runtime has others, with
 * work of their own that varies. Valgrind has no AVX-512, so the kernels are those for AVX2.
 */
export function countInstructions({ batch, latent, network }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "latent-instructions-"));
  try {
    const [few, many] = [2, 10].map((steps) => {
      const file = path.join(folder, `out.${steps}`);
      const request = JSON.stringify({ batch, latent, network, threads: 1, steps });
      execFileSync(
        "valgrind",
        [
          "--tool=callgrind",
          "--separate-threads=yes",
          `--callgrind-out-file=${file}`,
          process.execPath,
          script,
          request,
        ],
        { stdio: ["ignore", "ignore", "pipe"], maxBuffer: 2 ** 26 },
      );
      return { steps, instructions: ortInstructions(`${file}-01`) };
    });
    return (many.instructions - few.instructions) / (many.steps - few.steps);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
