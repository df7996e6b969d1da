import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";
import {
  readEvents,
  type SentEvent,
  serveStudio,
  smallRun,
  trainSmall,
  writePage,
} from "../testing/studio.js";
import type { EpochRecord } from "../train/index.js";
import { eventBody, type Message } from "./messages.js";
import type { RunningStudio } from "./server.js";
import type { RunSummary } from "./types.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const page = writePage(at("page"));
const data = writeTinyData(at("tiny"));
let studio: RunningStudio;

beforeAll(async () => {
  mkdirSync(at("runs"));
  studio = await serveStudio({ page, places: [at("runs")] });
});
afterAll(async () => {
  await studio.close();
  scratch.remove();
});

const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
const list = async (): Promise<RunSummary[]> =>
  (await (await fetch(`${studio.address}api/runs`)).json()) as RunSummary[];
const events = (id: string): string => `${studio.address}api/runs/${id}/events`;

async function named(name: string): Promise<RunSummary> {
  for (;;) {
    const found = (await list()).find((run) => run.name === name);
    if (found !== undefined) return found;
    await sleep(20);
  }
}

/** A command that trains; it is ended when the test is over. */
function training(name: string, ...more: string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const args = ["train", data, "--out", at("runs", name), "--no-pictures", ...smallRun, ...more];
  const child = spawn(process.execPath, [main, ...args], { stdio: "ignore" });
  return { child, ended: new Promise((resolve) => child.on("close", resolve)) };
}

const of = (found: readonly SentEvent[], event: string): unknown[] =>
  found.filter((one) => one.event === event).map((one) => one.data);
const states = (found: readonly SentEvent[]): string[] =>
  (of(found, "state") as RunSummary[]).map(({ state }) => state);
const linesOf = (name: string): EpochRecord[] =>
  readFileSync(at("runs", name, "metrics.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EpochRecord);

describe("a run that another process trains", () => {
  test("is told of as it goes on: every epoch once, in order, newer weights, how it stands, its end", async () => {
    const { child, ended } = training("live", "--epochs", "100000");
    const { id } = await named("live");
    let stopped = false;
    const found = await readEvents(events(id), (all) => {
      if (of(all, "epoch").length >= 20 && of(all, "snapshot").length >= 2 && !stopped) {
        stopped = true;
        child.kill("SIGINT");
      }
      return states(all).at(-1) === "interrupted";
    });
    expect(await ended).toBe(130);
    expect(states(found)[0]).toBe("training");
    const last = (of(found, "state") as RunSummary[]).at(-1);
    expect(last?.native).toBe(false);
    const told = of(found, "epoch") as EpochRecord[];
    expect(told).toEqual(linesOf("live"));
    expect(last?.epoch).toBe(told.length);
    const steps = (of(found, "snapshot") as { step: number }[]).map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps.at(-1)).toBe(last?.step);
    expect(of(found, "train")).toEqual([]);

    // One who comes back is told what he missed, and no more.
    const after = found.filter(({ event }) => event === "epoch")[9]?.id ?? "";
    expect(after).toMatch(/^10\./);
    const missed = await readEvents(events(id), (all) => of(all, "snapshot").length > 0, {
      "last-event-id": after,
    });
    expect((of(missed, "epoch") as EpochRecord[]).map(({ epoch }) => epoch)).toEqual(
      told.slice(10).map(({ epoch }) => epoch),
    );
    const nothing = await readEvents(events(id), (all) => of(all, "state").length > 0, {
      "last-event-id": found.at(-1)?.id ?? "",
    });
    expect(nothing.map(({ event }) => event)).toEqual(["state"]);
    const bad = await readEvents(events(id), (all) => of(all, "snapshot").length > 0, {
      "last-event-id": "<x>",
    });
    expect(of(bad, "epoch")).toHaveLength(told.length);
  });

  test("gives weights while it trains, of the step that it says", async () => {
    const { child, ended } = training("weights", "--epochs", "100000");
    const { id } = await named("weights");
    await readEvents(events(id), (all) =>
      of(all, "snapshot").some((one) => (one as { step: number }).step > 0),
    );
    const answer = await fetch(`${studio.address}api/runs/${id}/snapshot`);
    const step = Number(answer.headers.get("latent-step"));
    expect(step).toBeGreaterThan(0);
    expect(Object.keys(unzipSync(new Uint8Array(await answer.arrayBuffer()))).sort()).toEqual(
      ["decoder.onnx", "encoder.onnx", "model.json", "weights.safetensors"].sort(),
    );
    // What is sent of a run that is saved again and again can be gone on with.
    const zip = await fetch(`${studio.address}api/runs/${id}/run.zip`);
    const taken = await fetch(`${studio.address}api/runs?name=taken`, {
      method: "POST",
      headers: { "content-type": "application/zip" },
      body: await zip.arrayBuffer(),
    });
    expect(taken.status).toBe(201);
    expect((await taken.json()) as RunSummary).toMatchObject({ name: "taken", state: "interrupted" });
    child.kill("SIGINT");
    await ended;
  });

  test("that is killed is interrupted as soon as it is looked at again", async () => {
    const { child, ended } = training("killed", "--epochs", "100000");
    const { id } = await named("killed");
    const found = await readEvents(events(id), (all) => {
      if (states(all).at(-1) === "training") child.kill("SIGKILL");
      return states(all).at(-1) === "interrupted";
    });
    await ended;
    expect(readdirSync(at("runs", "killed"))).toContain("run.lock");
    expect(states(found)).toContain("training");
  });

  test("is told to many at once, read once for all, and nothing is left when they go", async () => {
    const { child, ended } = training("many", "--epochs", "100000");
    const { id } = await named("many");
    const all = await Promise.all(
      Array.from({ length: 40 }, () =>
        readEvents(events(id), (seen) => {
          expect(studio.studio.followers.size).toBe(1);
          return of(seen, "epoch").length >= 5;
        }),
      ),
    );
    for (const one of all) {
      expect((of(one, "epoch") as EpochRecord[]).slice(0, 5).map(({ epoch }) => epoch)).toEqual([
        1, 2, 3, 4, 5,
      ]);
    }
    while (studio.studio.followers.size > 0) await sleep(10);
    child.kill("SIGINT");
    await ended;
  });
});

test("a run whose folder is deleted is told to be gone, and the stream ends", async () => {
  await trainSmall(data, at("runs", "gone"), ["--epochs", "1"]);
  const { id } = await named("gone");
  const found = await readEvents(events(id), (all) => {
    if (states(all).length === 1) rmSync(at("runs", "gone"), { recursive: true });
    return false; // the server ends it
  });
  expect(states(found)).toEqual(["finished", "damaged"]);
  expect((of(found, "state").at(-1) as RunSummary).problem).toMatch(/deleted/);
  expect((await fetch(events(id))).status).toBe(404);
  expect(studio.studio.followers.size).toBe(0);
});

test("a run that is damaged while it is followed is told to be, and mended again", async () => {
  await trainSmall(data, at("runs", "mended"), ["--epochs", "1"]);
  const { id } = await named("mended");
  const config = readFileSync(at("runs", "mended", "config.json"));
  const found = await readEvents(events(id), (all) => {
    const now = states(all);
    if (now.length === 1) writeFileSync(at("runs", "mended", "config.json"), "{");
    if (now.at(-1) === "damaged") writeFileSync(at("runs", "mended", "config.json"), config);
    return now.length === 3;
  });
  expect(states(found)).toEqual(["finished", "damaged", "finished"]);
});

test("the address of no run's events says so", async () => {
  expect((await fetch(events("none-0123456789"))).status).toBe(404);
});

describe("a stream of events", () => {
  const read = async (body: ReadableStream<Uint8Array>, chunks: number): Promise<string> => {
    const reader = body.getReader();
    let text = "";
    for (let i = 0; i < chunks; i++) text += Buffer.from((await reader.read()).value ?? []).toString("utf8");
    await reader.cancel();
    return text;
  };

  test("keeps the newest of what a slow reader has not taken, and all that has no key", async () => {
    let ended = 0;
    const body = eventBody((send: (message: Message) => void) => {
      for (let step = 1; step <= 1000; step++) send({ event: "snapshot", data: { step }, key: "snapshot" });
      for (let epoch = 1; epoch <= 3; epoch++) send({ event: "epoch", data: { epoch }, id: `${epoch}.0` });
      return () => void ended++;
    });
    expect(await read(body, 5)).toBe(
      'event: snapshot\ndata: {"step":1000}\n\n' +
        'id: 1.0\nevent: epoch\ndata: {"epoch":1}\n\nid: 2.0\nevent: epoch\ndata: {"epoch":2}\n\n' +
        'id: 3.0\nevent: epoch\ndata: {"epoch":3}\n\nretry: 2000\n\n',
    );
    expect(ended).toBe(1);
  });

  test("holds text of data on one line, whatever is in it", async () => {
    const body = eventBody((send) => {
      send({ event: "state", data: { name: "a\n\nevent: evil\ndata: 1" } });
      return () => undefined;
    });
    expect(await read(body, 1)).toBe('event: state\ndata: {"name":"a\\n\\nevent: evil\\ndata: 1"}\n\n');
  });
});
