import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Script } from "node:vm";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { studioTools } from "../cli/studio.js";
import { loadModel } from "../node.js";
import { tensor } from "../tensor/index.js";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { trainSmall, writePage } from "../testing/studio.js";
import { isolationScript, isolationWorker } from "./static/isolation.js";
import { buildSite, type StaticSite } from "./static/site.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const page = writePage(at("page"));
const notes: string[] = [];
const build = (out: string, places = [at("runs")]): Promise<StaticSite> =>
  buildSite({ ...studioTools, note: (line) => void notes.push(line) }, { page, out, places, data: [] });

beforeAll(async () => {
  await trainSmall(writeTinyData(at("tiny")), at("runs", "good"), ["--epochs", "1"]);
  mkdirSync(at("runs", "damaged"));
  writeFileSync(at("runs", "damaged", "config.json"), "{");
  await build(at("site"));
});
afterAll(scratch.remove);

/** Serves a folder's files below `/a/sub-path/`, as any host of static files would. */
async function serveBelow(): Promise<{ address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = /^\/a\/sub-path\/(.*)$/.exec(pathname)?.[1];
    const file = name === undefined ? "" : at("site", name === "" ? "index.html" : decodeURIComponent(name));
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/a/sub-path/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe("static files", () => {
  test("give page, runs and data below any path, by relative addresses", async () => {
    const served = await serveBelow();
    const get = (target: string): Promise<Response> => fetch(new URL(target, served.address));
    try {
      const html = await (await get("./")).text();
      for (const [, link = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
        expect(link).toMatch(/^\.\//);
        expect((await get(link)).status, link).toBe(200);
      }
      const site = (await (await get("static.json")).json()) as StaticSite;
      expect(site.data).toEqual([{ id: "mnist", name: "MNIST", examples: 60_000 }]);
      expect(site.runs.map(({ name, state }) => [name, state])).toEqual([["good", "finished"]]);
      const run = `runs/${site.runs[0]?.id}`;
      const config = await (await get(`${run}/config.json`)).text();
      expect(config).toBe(readFileSync(at("runs", "good", "config.json"), "utf8"));
      const metrics = await (await get(`${run}/metrics.jsonl`)).text();
      expect(metrics).toBe(readFileSync(at("runs", "good", "metrics.jsonl"), "utf8"));
      const zip = unzipSync(new Uint8Array(await (await get(`${run}/run.zip`)).arrayBuffer()));
      expect(Object.keys(zip)).toEqual(
        expect.arrayContaining(["config.json", "checkpoint/last.safetensors"]),
      );
      for (const name of ["model.json", "weights.safetensors", "encoder.onnx", "decoder.onnx"]) {
        expect((await get(`${run}/model/${name}`)).status, name).toBe(200);
      }
      const labels = Buffer.from(await (await get("data/mnist/t10k-labels")).arrayBuffer());
      expect(labels.readUInt32BE(4)).toBe(10_000);
      // What it lists is what there is.
      for (const name of site.files) expect(existsSync(at("site", name)), name).toBe(true);
    } finally {
      await served.close();
    }
    const z = tensor("float32", [1, 2], Float32Array.of(0.5, -1));
    const { runs } = JSON.parse(readFileSync(at("site", "static.json"), "utf8")) as StaticSite;
    const [ours, theirs] = await Promise.all([
      loadModel(at("site", "runs", runs[0]?.id ?? "", "model")),
      loadModel(at("runs", "good")),
    ]);
    expect((await ours.decode(z)).data).toEqual((await theirs.decode(z)).data);
    await Promise.all([ours.close(), theirs.close()]);
  });

  test("leave out what can't be read, and say so; and hold no path and no other file", () => {
    expect(notes).toEqual([expect.stringMatching(/^damaged is left out: .*config\.json/)]);
    expect(readFileSync(at("site", "static.json"), "utf8")).not.toContain(scratch.folder);
    expect(existsSync(at("site", "secret.env"))).toBe(false);
  });

  test("begin with the policy, and with what isolates the page where no headers do", () => {
    const html = readFileSync(at("site", "index.html"), "utf8");
    const [policy, isolation, first] = [
      html.indexOf("Content-Security-Policy"),
      html.indexOf("./isolation.js"),
      html.indexOf("./assets/app-"),
    ];
    expect(policy).toBeGreaterThan(0);
    expect(isolation).toBeGreaterThan(policy);
    expect(first).toBeGreaterThan(isolation);
    expect(html).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(html).not.toContain("frame-ancestors");
    expect(html.match(/<script/g)).toHaveLength(2);
    for (const name of ["isolation.js", "isolation-worker.js"])
      expect(existsSync(at("site", name)), name).toBe(true);
  });

  test("are written again over an earlier build, and no longer hold what is gone", async () => {
    const { runs } = JSON.parse(readFileSync(at("site", "static.json"), "utf8")) as StaticSite;
    writeFileSync(at("site", "CNAME"), "studio.example");
    mkdirSync(at("empty"));
    await build(at("site"), [at("empty")]);
    expect(existsSync(at("site", "runs", runs[0]?.id ?? ""))).toBe(false);
    expect(existsSync(at("site", "runs"))).toBe(false);
    expect(readFileSync(at("site", "CNAME"), "utf8")).toBe("studio.example");
    expect(existsSync(at("site", "index.html"))).toBe(true);
    await build(at("site"));
    expect(readdirSync(at("site", "runs"))).toEqual([runs[0]?.id]);
  });

  test.each<[string, Record<string, string>]>([
    ["something else", { "thesis.tex": "much work" }],
    ["a static.json of something else", { "static.json": "{}", "thesis.tex": "much work" }],
    [
      "one that names files outside of it",
      { "static.json": '{"version":"1","runs":[],"data":[],"files":["../kept.txt"]}' },
    ],
    ["a damaged one", { "static.json": "{" }],
  ])("are not written where there is %s", async (_, files) => {
    rmSync(at("other"), { recursive: true, force: true });
    mkdirSync(at("other"));
    writeFileSync(at("kept.txt"), "kept");
    for (const [name, content] of Object.entries(files)) writeFileSync(at("other", name), content);
    await expect(build(at("other"))).rejects.toThrow(/holds other files/);
    expect(readdirSync(at("other")).sort()).toEqual(Object.keys(files).sort());
    expect(existsSync(at("kept.txt"))).toBe(true);
  });
});

describe("the service worker", () => {
  /** Runs it as a browser does, and answers what it makes of a request. */
  async function answered(url: string, response: Response, cache = "default"): Promise<Response | undefined> {
    const listeners: Record<string, (event: unknown) => void> = {};
    const scope = {
      addEventListener: (name: string, listener: (event: unknown) => void) => {
        listeners[name] = listener;
      },
      skipWaiting: () => undefined,
      clients: { claim: () => Promise.resolve() },
      location: { origin: "https://host.example" },
    };
    new Script(isolationWorker).runInNewContext({
      self: scope,
      URL,
      Headers,
      Response,
      fetch: async () => response,
    });
    let result: Promise<Response> | undefined;
    listeners.fetch?.({
      request: { url, cache, mode: "no-cors" },
      respondWith: (promise: Promise<Response>) => {
        result = promise;
      },
    });
    return result;
  }

  test("adds what isolates a page to its own files, and changes nothing else of them", async () => {
    const answer = await answered(
      "https://host.example/sub/app.js",
      new Response("code", { status: 203, headers: { etag: "x" } }),
    );
    expect(answer?.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(answer?.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(answer?.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect([answer?.status, answer?.headers.get("etag"), await answer?.text()]).toEqual([203, "x", "code"]);
    expect(
      (await answered("https://host.example/sub/app.js", new Response(null, { status: 304 })))?.status,
    ).toBe(304);
  });

  test("leaves other hosts' files alone", async () => {
    expect(await answered("https://other.example/x.js", new Response("x"))).toBeUndefined();
    expect(await answered("https://host.example/x.js", new Response("x"), "only-if-cached")).toBeUndefined();
  });

  test("is asked for only where the page isn't isolated, and reloads it once", async () => {
    const run = async (
      isolated: boolean,
      seen: Map<string, string>,
    ): Promise<{ asked: string[]; reloads: number }> => {
      const [asked, state] = [[] as string[], { reloads: 0 }];
      const serviceWorker = {
        register: async (script: string) => void asked.push(script),
        ready: Promise.resolve(),
      };
      const sessionStorage = {
        getItem: (key: string) => seen.get(key) ?? null,
        setItem: (key: string, value: string) => void seen.set(key, value),
      };
      new Script(isolationScript).runInNewContext({
        self: { crossOriginIsolated: isolated, isSecureContext: true },
        navigator: { serviceWorker },
        sessionStorage,
        location: { reload: () => void state.reloads++ },
      });
      await new Promise((resolve) => setTimeout(resolve, 0));
      return { asked, reloads: state.reloads };
    };
    const seen = new Map<string, string>();
    expect(await run(false, seen)).toEqual({ asked: ["./isolation-worker.js"], reloads: 1 });
    expect(await run(false, seen)).toEqual({ asked: ["./isolation-worker.js"], reloads: 0 });
    expect(await run(true, seen)).toEqual({ asked: [], reloads: 0 });
  });
});
