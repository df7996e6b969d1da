import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { allocate, type DType, type Tensor, tensor } from "../tensor/index.js";

/** A program for an engine in a process of its own. */
export interface ChildJob {
  readonly device: string;
  readonly model: Uint8Array;
  readonly inputs: readonly string[];
  /** Values that are put into the engine before the first run. */
  readonly residents?: Readonly<Record<string, Tensor>>;
  /** What each run is fed. */
  readonly runs: readonly Readonly<Record<string, Tensor>>[];
  readonly fetch: readonly string[];
  /** Outputs that stay in the engine for the next run, by resident name. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** What a job gave: the fetched outputs of each run, and the residents at the end. */
export interface ChildResult {
  readonly outputs: readonly Readonly<Record<string, Tensor>>[];
  readonly residents: Readonly<Record<string, Tensor>>;
}

interface Packed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: string;
}

function pack({ dtype, shape, data }: Tensor): Packed {
  return {
    dtype,
    shape,
    bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  };
}

function unpack({ dtype, shape, bytes }: Packed): Tensor {
  const data = allocate(
    dtype,
    shape.reduce((product, length) => product * length, 1),
  );
  new Uint8Array(data.buffer).set(Buffer.from(bytes, "base64"));
  return tensor(dtype, shape, data);
}

function mapped<A, B>(values: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
}

const built = (file: string): string => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href);

/** Reads a job from standard input, carries it out with the built library, writes the result to standard output. */
const script = `
import { LocalEngine } from ${built("runtime/engine.js")};
import { nodeBackend } from ${built("runtime/node.js")};
import { viewOf } from ${built("tensor/dtype.js")};
let text = "";
for await (const chunk of process.stdin) text += chunk;
const job = JSON.parse(text);
const unpack = ({ dtype, shape, bytes }) => {
  const raw = Uint8Array.from(Buffer.from(bytes, "base64"));
  return { dtype, shape, data: viewOf(dtype, raw.buffer) };
};
const pack = ({ dtype, shape, data }) =>
  ({ dtype, shape, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64") });
const mapped = (values, f) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
const engine = new LocalEngine(await nodeBackend(job.device, 1));
const program = await engine.open(Uint8Array.from(Buffer.from(job.model, "base64")), job.inputs);
await engine.put(mapped(job.residents, unpack));
const outputs = [];
for (const feeds of job.runs) {
  const result = await engine.run(program, { feeds: mapped(feeds, unpack), fetch: job.fetch, keep: job.keep });
  outputs.push(mapped(result, pack));
}
const residents = mapped(await engine.take(Object.values(job.keep)), pack);
process.stdout.write("\\nresult:" + JSON.stringify({ outputs, residents }) + "\\n", () => process.exit(0));
`;

/** Carries a job out in a process of its own with more environment variables. Throws if it ends without a result. */
export async function runInChild(
  job: ChildJob,
  env: Readonly<Record<string, string>> = {},
): Promise<ChildResult> {
  const child = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  child.child.stdin?.end(
    JSON.stringify({
      ...job,
      model: Buffer.from(job.model).toString("base64"),
      residents: mapped(job.residents ?? {}, pack),
      runs: job.runs.map((feeds) => mapped(feeds, pack)),
      keep: job.keep ?? {},
    }),
  );
  const { stdout } = await child;
  const line = stdout.split("\n").find((text) => text.startsWith("result:"));
  if (line === undefined) throw new Error(`the process gave no result: ${stdout}`);
  const result = JSON.parse(line.slice("result:".length)) as {
    outputs: Record<string, Packed>[];
    residents: Record<string, Packed>;
  };
  return {
    outputs: result.outputs.map((values) => mapped(values, unpack)),
    residents: mapped(result.residents, unpack),
  };
}
