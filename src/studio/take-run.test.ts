import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { raw, serveStudio, trainSmall, writePage } from "../testing/studio.js";
import type { RunningStudio } from "./server.js";
import type { RunSummary } from "./types.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
let studio: RunningStudio;
beforeAll(async () => {
  await trainSmall(writeTinyData(at("tiny")), at("runs", "good"), ["--epochs", "1"]);
  studio = await serveStudio({ page: writePage(at("page")), places: [at("runs")] });
});
afterAll(async () => {
  await studio.close();
  scratch.remove();
});

const api = (target: string): string => `${studio.address}api/${target}`;
const upload = (body: Uint8Array, name: string, type = "application/zip"): Promise<Response> =>
  fetch(api(`runs?name=${encodeURIComponent(name)}`), {
    method: "POST",
    headers: { "content-type": type },
    body: new Uint8Array(body),
  });

describe("an uploaded zip", () => {
  const good = (): Record<string, Uint8Array> =>
    Object.fromEntries(
      ["config.json", "metrics.jsonl", "checkpoint/last.safetensors"].map((name) => [
        name,
        new Uint8Array(readFileSync(at("runs", "good", name))),
      ]),
    );
  const before = (): string[] => readdirSync(at("runs")).sort();

  test.each<[string, () => Uint8Array]>([
    ["no zip", () => new TextEncoder().encode("no zip")],
    ["nothing", () => new Uint8Array(0)],
    ["a cut zip", () => zipSync(good()).subarray(0, 900)],
    ["no run", () => zipSync({ "metrics.jsonl": new Uint8Array(3) })],
    ["a way out", () => zipSync({ ...good(), "../evil.txt": new Uint8Array(3) })],
    ["an absolute path", () => zipSync({ ...good(), "/tmp/evil.txt": new Uint8Array(3) })],
    ["a way out through images", () => zipSync({ ...good(), "images/../../evil.png": new Uint8Array(3) })],
    [
      "a way out with backslashes",
      () => zipSync({ ...good(), "images\\..\\..\\evil.png": new Uint8Array(3) }),
    ],
    ["a lock", () => zipSync({ ...good(), "run.lock": new Uint8Array(3) })],
    ["a script", () => zipSync({ ...good(), "images/evil.js": new Uint8Array(3) })],
    ["a damaged config", () => zipSync({ ...good(), "config.json": new TextEncoder().encode("{}") })],
    ["a damaged checkpoint", () => zipSync({ ...good(), "checkpoint/last.safetensors": new Uint8Array(99) })],
    ["damaged metrics", () => zipSync({ ...good(), "metrics.jsonl": new TextEncoder().encode("?\n") })],
    [
      "too many files",
      () =>
        zipSync(
          Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`images/${i}.png`, new Uint8Array(0)])),
        ),
    ],
  ])("with %s is refused, and leaves nothing behind", async (_, make) => {
    const names = before();
    const answer = await upload(make(), "evil");
    expect([413, 422]).toContain(answer.status);
    expect(((await answer.json()) as { error: string }).error).not.toContain(scratch.folder);
    expect(before()).toEqual(names);
    expect(existsSync(at("evil.txt"))).toBe(false);
    expect(existsSync(at("evil.png"))).toBe(false);
  });

  test("that would unpack to more than a run takes is refused before it is unpacked", async () => {
    const zip = zipSync({ ...good(), "model/weights.safetensors": new Uint8Array(1000) });
    // What it says of that file's size: 2 GiB, in the list at the zip's end.
    const name = new TextEncoder().encode("model/weights.safetensors");
    const found = Buffer.from(zip).lastIndexOf(name);
    new DataView(zip.buffer).setUint32(found - 46 + 24, 2 ** 31, true);
    const answer = await upload(zip, "bomb");
    expect(answer.status).toBe(413);
  });

  test("that is longer than it may be is refused by what it says of itself", async () => {
    const headers = { "content-type": "application/zip", "content-length": String(513 * 2 ** 20) };
    const { status } = await raw(studio.address, "/api/runs?name=long", {
      method: "POST",
      headers,
      body: "x",
    });
    expect(status).toBe(413);
  });

  test.each([
    "..",
    "../evil",
    "a/b",
    "a\\b",
    ".hidden",
    "con",
    "nul.txt",
    "end.",
    "end ",
    "",
    "x".repeat(81),
    "a\u0000b",
    "<b>",
  ])("is not called %j", async (name) => {
    expect((await upload(zipSync(good()), name)).status).toBe(400);
  });

  test("is of the type that it is said to be", async () => {
    expect((await upload(zipSync(good()), "typed", "text/plain")).status).toBe(415);
  });

  test("may be called in any language", async () => {
    const answer = await upload(zipSync(good()), "数字 2");
    expect(answer.status).toBe(201);
    const { id, name } = (await answer.json()) as RunSummary;
    expect(name).toBe("数字 2");
    expect(id).toMatch(/^2-[0-9a-f]{10}$/);
    expect((await fetch(api(`runs/${id}/run.zip`))).status).toBe(200);
  });
});
