// npm run bench:guard [-- --accept] [--where] [--skip instructions,time]
// Has training got slower? Counts what a step does, and times it against a matrix product in the same run.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { race } from "./lib/arena.mjs";
import { line } from "./lib/competitors.mjs";
import { convModel } from "./lib/conv-networks.mjs";
import { everything, product, root } from "./lib/latent.mjs";
import { machine } from "./lib/load.mjs";
import { countInstructions, profileStep, valgrindMissing } from "./lib/profile.mjs";
import { short } from "./lib/stats.mjs";

const { values: options } = parseArgs({
  options: {
    accept: { type: "boolean", default: false },
    where: { type: "boolean", default: false },
    skip: { type: "string", default: "" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(
    "npm run bench:guard -- [--where] [--accept] [--skip instructions,time]\n\n" +
      "Exits with 1 if a training step does more than bench/guard.json accepts. --where: operation by operation.\n" +
      "--accept: write what was measured as accepted. Counting instructions takes valgrind and some minutes.",
  );
  process.exit(0);
}

const file = path.join(root, "bench/guard.json");
const skipped = new Set(options.skip.split(","));
const cases = [
  { name: "batch 128, z 2", batch: 128, latent: 2 },
  { name: "batch 128, z 20", batch: 128, latent: 20 },
  { name: "Keras' convolutions, batch 128", batch: 128, network: "keras" },
];
const referenceSize = 1024;

/** By how much a measure may grow, as a share. Counts repeat exactly; times don't. */
const tolerance = {
  operations: 0,
  elementwise: 0,
  megabytes: 0.005,
  graphNodes: 0,
  instructions: 0.01,
  timeRatio: 0.1,
};
const meaning = {
  operations: "operations that ONNX Runtime executes a step",
  elementwise: "of them, other than matrix products",
  megabytes: "MB read and written by those other operations a step",
  graphNodes: "ONNX nodes of the compiled training graph's step",
  instructions: "instructions in ONNX Runtime a step, one thread",
  timeRatio: `time of a step / time of a ${referenceSize}^3 product, same run`,
};

/** What was accepted, by the instructions for vectors that ONNX Runtime chose its kernels and layouts by. */
const { machines } = (() => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { machines: {} };
  }
})();
const accepted = machines[machine().vectors] ?? { cases: {} };

/** Nodes inside the loop of the compiled graph, before ONNX Runtime optimises it. */
async function graphNodes({ batch, latent: z, network }) {
  const latent = await everything();
  const { fromBinary } = await import(
    createRequire(path.join(root, "package.json")).resolve("@bufbuild/protobuf")
  );
  const { ModelProtoSchema } = await product("onnx/onnx_pb.js");
  const model = network ? convModel(latent, network) : latent.vae({ input: [28, 28], latent: z });
  const options = {
    objective: latent.elbo(),
    optimizer: latent.adam(),
    batch,
    stored: "uint8",
    datasetSize: 60000,
  };
  const step = latent.trainingStep(model, options);
  const { nodeBackend } = await product("runtime/node.js");
  const { extensions } = await nodeBackend("cpu");
  const { bytes } = latent.compileSteps(step.graph, true, {}, extensions);
  const loop = fromBinary(ModelProtoSchema, bytes).graph.node.find(({ opType }) => opType === "Loop");
  return loop.attribute.find(({ name }) => name === "body").g.node.length;
}

async function timeRatio(request) {
  const { entries } = line(["latent"], { work: "step", ...request });
  const reference = line(["latent"], { work: "product", size: referenceSize }).entries;
  const found = await race(
    [
      { ...entries[0], name: "step" },
      { ...reference[0], name: "product" },
    ],
    { rounds: 12, seconds: 30, log: console.error },
  );
  const { step, product: one } = found;
  if (step.error ?? one.error) throw new Error(step.error ?? one.error);
  return {
    ratio: step.median / one.median,
    productMicroseconds: 1000 * one.median,
    disturbed: step.disturbed || one.disturbed,
  };
}

/** Operations with equal shapes together: how many, and their time. */
function grouped(operations) {
  const groups = {};
  for (const { key, microseconds } of operations) {
    groups[key] ??= { count: 0, microseconds: 0 };
    groups[key].count++;
    groups[key].microseconds += microseconds;
  }
  return groups;
}

const notes = [];
const measured = {};
for (const one of cases) {
  console.error(`== ${one.name}`);
  const operations = profileStep(one);
  const others = operations.filter((operation) => !operation.product);
  const values = {
    graphNodes: await graphNodes(one),
    operations: operations.length,
    elementwise: others.length,
    megabytes: others.reduce((total, { bytes }) => total + bytes, 0) / 1e6,
  };
  if (!skipped.has("instructions")) {
    const missing = valgrindMissing();
    if (missing === undefined) values.instructions = countInstructions(one);
    else notes.push(`instructions not counted: ${missing}`);
  }
  let reference;
  if (!skipped.has("time")) {
    const { ratio, productMicroseconds, disturbed } = await timeRatio(one);
    reference = productMicroseconds;
    if (disturbed) notes.push(`${one.name}: time not judged (${short(ratio)}): the machine is busy`);
    else values.timeRatio = ratio;
  }
  measured[one.name] = { values, where: grouped(operations), reference };
}

let worse = 0;
for (const [name, { values, where }] of Object.entries(measured)) {
  const before = accepted.cases[name];
  console.log(`\n${name}`);
  for (const [measure, value] of Object.entries(values)) {
    const old = before?.values[measure];
    const change = old === undefined ? undefined : value / old - 1;
    const verdict =
      change === undefined
        ? "new"
        : change > tolerance[measure]
          ? "WORSE"
          : change < -tolerance[measure]
            ? "better: accept it with --accept"
            : "ok";
    if (verdict === "WORSE") worse++;
    const shown = [value, old].map((number) =>
      number === undefined ? "-" : number.toLocaleString("en-US", { maximumFractionDigits: 3 }),
    );
    const percent = change === undefined ? "" : `${change >= 0 ? "+" : ""}${(100 * change).toFixed(1)} %`;
    console.log(
      `  ${shown[0].padStart(14)}  accepted ${shown[1].padStart(14)} ${percent.padStart(9)}  ${verdict}  (${meaning[measure]})`,
    );
  }
  if (options.where || worse > 0) printWhere(where, before?.where ?? {});
}
for (const note of notes) console.log(`note: ${note}`);

function printWhere(now, before) {
  const total = (groups) => Object.values(groups).reduce((sum, { microseconds }) => sum + microseconds, 0);
  const ofAll = [total(now), total(before)];
  const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  const rows = keys.map((key) => ({
    key,
    count: now[key]?.count ?? 0,
    countBefore: before[key]?.count ?? 0,
    time: now[key]?.microseconds ?? 0,
    share: (now[key]?.microseconds ?? 0) / ofAll[0],
    shareBefore: ofAll[1] > 0 ? (before[key]?.microseconds ?? 0) / ofAll[1] : 0,
  }));
  rows.sort((a, b) => b.share - a.share);
  console.log("    count (accepted)   microseconds   share (accepted)   operation");
  for (const { key, count, countBefore, time, share, shareBefore } of rows) {
    const changed = count !== countBefore;
    if (share < 0.005 && !changed) continue;
    const percent = (part) => `${(100 * part).toFixed(1)} %`.padStart(7);
    console.log(
      `  ${changed ? "!" : " "} ${String(count).padStart(5)} (${countBefore})`.padEnd(23) +
        `${time.toFixed(0).padStart(9)}   ${percent(share)} (${percent(shareBefore).trim()})`.padEnd(34) +
        key,
    );
  }
}

if (options.accept) {
  for (const [name, { values, where }] of Object.entries(measured)) {
    const kept = accepted.cases[name]?.values ?? {};
    const rounded = Object.fromEntries(
      Object.entries({ ...kept, ...values }).map(([key, value]) => [key, Number(value.toPrecision(6))]),
    );
    accepted.cases[name] = {
      values: rounded,
      where: Object.fromEntries(
        Object.entries(where).map(([key, { count, microseconds }]) => [
          key,
          { count, microseconds: Math.round(microseconds) },
        ]),
      ),
    };
  }
  const { date, cpu, cores, vectors } = machine();
  const ort = createRequire(path.join(root, "package.json"))("onnxruntime-node/package.json").version;
  const mine = { measured: { date, cpu, cores, vectors, onnxruntime: ort }, cases: accepted.cases };
  writeFileSync(file, `${JSON.stringify({ machines: { ...machines, [vectors]: mine } }, null, 2)}\n`);
  console.log(`\naccepted: ${path.relative(process.cwd(), file)}`);
} else if (worse > 0) {
  console.log(`\n${worse} measure${worse > 1 ? "s are" : " is"} worse than bench/guard.json accepts`);
  process.exitCode = 1;
}
