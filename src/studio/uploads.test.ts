import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainPng } from "../testing/picture-files.js";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { raw, readEvents, serveStudio, trainSmall, writePage } from "../testing/studio.js";
import type { RunningStudio } from "./server.js";
import type { OfferedData, RunSummary } from "./types.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const page = writePage(at("page"));
const tiny = writeTinyData(at("tiny"));
const small = { hidden: [16], threads: 1, seed: 3, batchSize: 32, epochs: 1 } as const;
let studio: RunningStudio;

const serve = (): Promise<RunningStudio> => serveStudio({ page, places: [at("runs")] });
beforeAll(async () => {
  mkdirSync(at("runs"));
  studio = await serve();
});
afterAll(async () => {
  await studio.close();
  scratch.remove();
});

type Files = Readonly<Record<string, Uint8Array>>;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const table = `a,b,c\n${Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * 5) % 11}.5,${"xyz"[i % 3]}`).join("\n")}\n`;
const idx = (): Files =>
  Object.fromEntries(
    readdirSync(tiny).map((name) => [`digits/${name}`, readFileSync(path.join(tiny, name))]),
  );
const pictures = (): Files =>
  Object.fromEntries(
    ["red", "blue"].flatMap((label, k) =>
      Array.from({ length: 12 }, (_, i) => [
        `marks/${label}/猫 ${i} (2).png`,
        plainPng(8, 8, [20 * i, 100 * k, 7]),
      ]),
    ),
  );
const send = (zip: Uint8Array, query = "", type = "application/zip"): Promise<Response> =>
  fetch(`${studio.address}api/data${query}`, {
    method: "POST",
    headers: { "content-type": type },
    body: new Uint8Array(zip),
  });
async function sent(files: Files, query = ""): Promise<OfferedData> {
  const answer = await send(zipSync(files), query);
  const body: unknown = await answer.json();
  expect(answer.status, JSON.stringify(body)).toBe(201);
  return body as OfferedData;
}
async function trained(data: string, name: string, spec: object = {}): Promise<void> {
  const answer = await fetch(`${studio.address}api/train`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, spec: { ...small, ...spec }, data }),
  });
  const { id } = (await answer.json()) as RunSummary;
  const events = await readEvents(`${studio.address}api/runs/${id}/events`, (all) =>
    all.some(({ data: one }) => (one as RunSummary).native === false),
  );
  const state = events.findLast(({ event }) => event === "state")?.data;
  expect(state, JSON.stringify(state)).toMatchObject({ state: "finished" });
}
const weights = (run: string): string =>
  readFileSync(at("runs", run, "model", "weights.safetensors")).toString("base64");
const kept = (): string[] => (existsSync(at("runs", ".data")) ? readdirSync(at("runs", ".data")) : []);

test("data that were sent are trained on with the bits of the command on the same files, and kept for their run", async () => {
  const data = await sent(idx());
  expect(data).toMatchObject({ name: "digits", examples: 300 });
  await trained(data.id, "sent");
  await trainSmall(tiny, at("runs", "command"), ["--epochs", "1"]);
  expect(weights("sent")).toBe(weights("command"));
  const { source } = JSON.parse(readFileSync(at("runs", "sent", "config.json"), "utf8")) as {
    source: string;
  };
  expect(source).toMatch(/runs[/\\]\.data[/\\][0-9a-f]{16}[/\\]digits$/);
  // The same files again are kept once; the command goes on with the run where they lie.
  expect((await sent(idx())).id).toBe(data.id);
  await trainSmall(source, at("runs", "sent"), ["--resume", "--epochs", "2"]);
  const { data: offered } = (await (await fetch(`${studio.address}api/session`)).json()) as {
    data: OfferedData[];
  };
  expect(offered.filter(({ id }) => id === data.id)).toHaveLength(1);
});

test("a table, and pictures brought to a size", async () => {
  const rows = await sent({ "rows of 1.csv": bytesOf(table) });
  expect(rows.name).toBe("rows of 1.csv");
  await trained(rows.id, "rows");
  const marks = await sent(pictures(), "?size=4x4");
  expect(marks.name).toBe("marks");
  await trained(marks.id, "marks", { size: "4x4" });
});

test("what no run needs goes when the studio ends, or is found a day later", async () => {
  const unused = await sent({ "unused.csv": bytesOf(`${table}1,2,x\n`) });
  expect(kept()).toContain(unused.id.replace("upload-", ""));
  const before = kept().length;
  await studio.close();
  expect(kept()).toHaveLength(before - 1);
  expect(kept()).not.toContain(unused.id.replace("upload-", ""));
  // What a studio left that was killed; fresh ones may be another studio's.
  mkdirSync(at("runs", ".data", "left"));
  mkdirSync(at("runs", ".data", "fresh"));
  const before2days = Date.now() / 1000 - 2 * 24 * 3600;
  utimesSync(at("runs", ".data", "left"), before2days, before2days);
  // A damaged run: which data it needs can't be told.
  mkdirSync(at("runs", "broken"));
  const config = at("runs", "broken", "config.json");
  writeFileSync(config, "{}");
  studio = await serve();
  expect(kept()).toContain("left");
  await studio.close();
  rmSync(at("runs", "broken"), { recursive: true });
  studio = await serve();
  expect(kept()).not.toContain("left");
  expect(kept()).toEqual(expect.arrayContaining(["fresh"]));
  expect(kept()).toHaveLength(before);
});

describe("what isn't data is refused, and leaves nothing behind", () => {
  const csv = { "rows.csv": bytesOf(table) };
  test.each<[string, () => Uint8Array, string, number, RegExp]>([
    ["no zip", () => bytesOf("no zip"), "", 422, /no zip/],
    ["an empty zip", () => zipSync({}), "", 422, /no files/],
    ["a way out", () => zipSync({ ...csv, "../evil.csv": bytesOf(table) }), "", 422, /evil/],
    ["an absolute path", () => zipSync({ "/tmp/evil.csv": bytesOf(table) }), "", 422, /evil/],
    ["backslashes", () => zipSync({ "a\\..\\..\\evil.csv": bytesOf(table) }), "", 422, /evil/],
    ["a hidden file", () => zipSync({ ...csv, ".evil.csv": bytesOf(table) }), "", 422, /evil/],
    ["a table behind #", () => zipSync({ "a.csv#x.csv": bytesOf(table) }), "", 422, /rename/],
    ["a device", () => zipSync({ "con.csv": bytesOf(table) }), "", 422, /rename/],
    ["a script", () => zipSync({ ...csv, "evil.js": bytesOf("1") }), "", 422, /none of the data/],
    ["a database", () => zipSync({ "rows.sqlite": bytesOf("1") }), "", 422, /none of the data/],
    ["SQL", () => zipSync({ "rows.sql": bytesOf("select 1") }), "", 422, /none of the data/],
    ["a config file", () => zipSync({ "latent.config.ts": bytesOf("1") }), "", 422, /none of the data/],
    ["a damaged array", () => zipSync({ "x.npy": bytesOf("\x93NUMPY?") }), "", 422, /x\.npy/],
    ["a damaged picture", () => zipSync({ "p/1.png": bytesOf("\x89PNG") }), "", 422, /1\.png/],
    [
      "two tables",
      () => zipSync({ "a/1.csv": bytesOf(table), "a/2.csv": bytesOf("u,v\n1,2\n") }),
      "",
      422,
      /2\.csv/,
    ],
    ["a wrong size", () => zipSync(pictures()), "?size=-4", 400, /size/],
    ["a size for a table", () => zipSync(csv), "?size=4x4", 422, /size/],
  ])("%s", async (_, make, query, status, message) => {
    const before = kept();
    const answer = await send(make(), query);
    const { error } = (await answer.json()) as { error: string };
    expect([answer.status, error]).toEqual([status, expect.stringMatching(message)]);
    expect(error).not.toContain(scratch.folder);
    expect(kept()).toEqual(before);
    expect(existsSync(at("evil.csv"))).toBe(false);
  });

  test("more than data may take, another type, another site's page", async () => {
    const long = { "content-type": "application/zip", "content-length": String(513 * 2 ** 20) };
    const post = (headers: Record<string, string>, body = "x") =>
      raw(studio.address, "/api/data", { method: "POST", headers, body });
    expect((await post(long)).status).toBe(413);
    expect((await send(zipSync(csv), "", "text/csv")).status).toBe(415);
    const foreign = { "content-type": "application/zip", origin: "http://evil.example" };
    expect((await post({ ...foreign, host: new URL(studio.address).host })).status).toBe(403);
    // What it says of its only file's size: 2 GiB, in the list at the zip's end.
    const zip = zipSync(csv);
    const found = Buffer.from(zip).lastIndexOf("rows.csv");
    new DataView(zip.buffer).setUint32(found - 46 + 24, 2 ** 31, true);
    expect((await send(zip)).status).toBe(413);
  });
});
