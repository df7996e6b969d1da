import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../tensor/index.js";
import { makeFolder } from "./files.js";
import { type DownloadOptions, type DownloadProgress, download } from "./download.js";

/** The file that the servers of these tests have. */
const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) >> 5);

let dir: string;
let file: string;
let server: Server;
let base: string;
/** Requests so far: `<path> <Range or ->`. */
let asked: string[];
let routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "latent-download-"));
  file = join(dir, "cache", "data.gz");
  asked = [];
  routes = {};
  server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(`${path} ${request.headers.range ?? "-"}`);
    const route = routes[path];
    if (route !== undefined) route(request, response);
    else response.writeHead(404).end("no such file");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

const startOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);

/** Sends `content` from where it is asked to; cuts the connection after `limit` bytes. */
function serve(limit = Infinity, bytes = content) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const start = startOf(request);
    const body = bytes.subarray(start);
    if (body.length === 0) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    const range = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(start > 0 ? 206 : 200, { "content-length": body.length, ...(start > 0 ? range : {}) });
    if (limit >= body.length) response.end(body);
    else response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 20));
  };
}

async function verify(path: string): Promise<void> {
  if (Buffer.compare(await readFile(path), content) !== 0) throw new Error("wrong checksum");
}

function get(paths: string[], options: Partial<DownloadOptions> = {}): Promise<void> {
  return download({ file, urls: paths.map((path) => base + path), verify, retryDelay: 1, ...options });
}

async function parts(): Promise<string[]> {
  return (await readdir(join(dir, "cache"))).filter((name) => name.endsWith(".part"));
}

async function expectWhole(): Promise<void> {
  await verify(file);
  expect(await readdir(join(dir, "cache"))).toEqual(["data.gz"]);
}

async function failure(attempt: Promise<void>): Promise<UserError> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  await expect(stat(file)).rejects.toThrow(/ENOENT/);
  return error as UserError;
}

describe("download", () => {
  it("gets a whole file and reports progress", async () => {
    routes["/a"] = serve();
    const seen: DownloadProgress[] = [];
    await get(["/a"], { onProgress: (progress) => seen.push(progress) });
    await expectWhole();
    expect(seen[0]).toEqual({ file: "data.gz", url: `${base}/a`, received: 0, total: content.length });
    expect(seen.at(-1)?.received).toBe(content.length);
    expect(seen.every(({ received }, i) => received >= (seen[i - 1]?.received ?? 0))).toBe(true);
  });

  it("goes on where a cut connection stopped, as long as it brings something", async () => {
    routes["/a"] = serve(30_000);
    await get(["/a"], { rounds: 1 });
    await expectWhole();
    expect(asked).toEqual(["/a -", "/a bytes=30000-", "/a bytes=60000-", "/a bytes=90000-"]);
  });

  it("goes on with another mirror, and in another process", async () => {
    routes["/a"] = (request, response) =>
      startOf(request) === 0 ? serve(40_000)(request, response) : response.writeHead(404).end();
    await failure(get(["/a"]));
    expect(await parts()).toHaveLength(1);
    routes["/b"] = serve();
    asked = [];
    await get(["/b"]);
    await expectWhole();
    expect(asked).toEqual(["/b bytes=40000-"]);
  });

  it("takes up what a killed process left, and leaves alone what a living one writes", async () => {
    await mkdir(join(dir, "cache"));
    const dead = 4_194_303; // above what the system gives out in practice
    const living = process.ppid;
    await writeFile(`${file}.${dead}-0.part`, content.subarray(0, 50_000));
    await writeFile(`${file}.${living}-0.part`, "theirs");
    routes["/a"] = serve();
    await get(["/a"]);
    expect(asked).toEqual(["/a bytes=50000-"]);
    await verify(file);
    expect(await parts()).toEqual([`data.gz.${living}-0.part`]);
  });

  it("accepts a part that is whole already", async () => {
    await mkdir(join(dir, "cache"));
    await writeFile(`${file}.part`, content);
    routes["/a"] = serve();
    await get(["/a"]);
    await expectWhole();
    expect(asked).toEqual(["/a bytes=100000-"]);
  });

  it.each([
    ["of another file", 50_000],
    ["longer than the file", 100_001],
  ])("starts again after a part %s", async (_, length) => {
    await mkdir(join(dir, "cache"));
    await writeFile(`${file}.part`, new Uint8Array(length).fill(1));
    routes["/a"] = serve();
    await get(["/a"]);
    await expectWhole();
    expect(asked).toEqual([`/a bytes=${length}-`, "/a -"]);
  });

  it("copes with a server that ignores Range", async () => {
    await mkdir(join(dir, "cache"));
    await writeFile(`${file}.part`, content.subarray(0, 50_000));
    routes["/a"] = (_, response) => response.end(content);
    await get(["/a"]);
    await expectWhole();
    expect(asked).toEqual(["/a bytes=50000-"]);
  });

  it("copes with a server that sends another range than asked for", async () => {
    await mkdir(join(dir, "cache"));
    await writeFile(`${file}.part`, content.subarray(0, 50_000));
    routes["/a"] = (request, response) => {
      if (request.headers.range === undefined) response.end(content);
      else response.writeHead(206, { "content-range": "bytes 7-99999/100000" }).end(content.subarray(7));
    };
    await get(["/a"]);
    await expectWhole();
  });

  it("does not resume what the server compresses on the way", async () => {
    routes["/a"] = (_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(content));
    await get(["/a"]);
    await expectWhole();
  });

  it("goes to the next mirror after a 404, a refused connection and a wrong checksum", async () => {
    routes["/wrong"] = serve(Infinity, content.slice().fill(3));
    routes["/right"] = serve();
    await download({
      file,
      urls: ["http://127.0.0.1:1/a", `${base}/missing`, `${base}/wrong`, `${base}/right`],
      verify,
    });
    await expectWhole();
    expect(asked).toEqual(["/missing -", "/wrong -", "/right -"]);
  });

  it("says what each mirror did when all fail, and keeps nothing wrong", async () => {
    routes["/wrong"] = serve(Infinity, content.slice().fill(3));
    routes["/busy"] = (_, response) => response.writeHead(503).end();
    const error = await failure(get(["/missing", "/wrong", "/busy"]));
    expect(error.message.split("\n")).toEqual([
      "data.gz could not be downloaded:",
      `  ${base}/missing: HTTP status 404`,
      `  ${base}/wrong: it sent something else: wrong checksum`,
      `  ${base}/busy: HTTP status 503`,
    ]);
    // Only the busy one is worth asking again.
    expect(asked).toEqual(["/missing -", "/wrong -", "/busy -", "/busy -", "/busy -"]);
    expect(await parts()).toEqual([]);
  });

  it("takes no body without a length for whole that isn't", async () => {
    routes["/a"] = (_, response) => {
      response.socket?.end(`HTTP/1.0 200 OK\r\n\r\n${"x".repeat(5000)}`);
    };
    expect((await failure(get(["/a"]))).message).toMatch(/something else: wrong checksum/);
    expect(await parts()).toEqual([]);
  });

  it("gives up a server that sends nothing any more, and keeps what it sent", async () => {
    routes["/mute"] = () => undefined;
    routes["/stuck"] = (request, response) => {
      if (startOf(request) > 0) return;
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 20_000));
    };
    const error = await failure(get(["/mute", "/stuck"], { stallTimeout: 400, rounds: 1 }));
    expect(error.message).toMatch(/\/mute: no byte for 0.4 s\n.*\/stuck: no byte for 0.4 s/);
    routes["/good"] = serve();
    await get(["/good"]);
    await expectWhole();
    expect(asked.at(-1)).toBe("/good bytes=20000-");
  });

  it("stops when aborted, with the signal's reason, and goes on later", async () => {
    routes["/a"] = (_, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 20_000));
    };
    const controller = new AbortController();
    const reason = new Error("Ctrl-C");
    const attempt = get(["/a"], {
      signal: controller.signal,
      onProgress: ({ received }) => {
        if (received === 20_000) controller.abort(reason);
      },
    });
    await expect(attempt).rejects.toBe(reason);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
    await expect(get(["/a"], { signal: controller.signal })).rejects.toBe(reason);
    routes["/a"] = serve();
    await get(["/a"]);
    await expectWhole();
    expect(asked.at(-1)).toBe("/a bytes=20000-");
  });

  it("waits for a slow server as long as it sends something", async () => {
    routes["/a"] = (_, response) => {
      response.writeHead(200, { "content-length": content.length });
      let sent = 0;
      const timer = setInterval(() => {
        if (sent < content.length) response.write(content.subarray(sent, (sent += 10_000)));
        else clearInterval(timer);
      }, 100);
    };
    await get(["/a"], { stallTimeout: 700 });
    await expectWhole();
    expect(asked).toEqual(["/a -"]);
  });

  it("lets two downloads of one file run at once, each in a part file of its own", async () => {
    routes["/a"] = serve(30_000);
    let second: Promise<void> | undefined;
    await get(["/a"], {
      rounds: 1, // a part file that vanishes would cost one
      onProgress: ({ received }) => {
        if (received >= 60_000) second ??= get(["/a"]);
      },
    });
    await second;
    await expectWhole();
    const once = ["/a -", "/a bytes=30000-", "/a bytes=60000-", "/a bytes=90000-"];
    expect(asked.sort()).toEqual([...once, ...once].sort());
  });

  it("names the folder when the disk refuses", async () => {
    await writeFile(join(dir, "cache"), "a file where the folder should be");
    routes["/a"] = serve();
    await expect(get(["/a"])).rejects.toThrow(/can't write to .*cache/);
    expect(asked).toEqual([]);
  });
  it.runIf(existsSync("/proc/self"))("fails, and soon, where no folder can be made", async () => {
    const attempt = get(["/a"], { file: "/proc/latent/deeper/data.gz" });
    await expect(attempt).rejects.toThrow(/can't write to \/proc\/latent\/deeper/);
  });

  it("makes folders that are missing, and takes those that are there", async () => {
    const path = join(dir, "a", "b", "c");
    await Promise.all([makeFolder(path), makeFolder(path)]);
    await makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  });
});
