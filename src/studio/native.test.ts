import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { readEvents, type SentEvent, serveStudio, trainSmall, writePage } from "../testing/studio.js";
import type { TrainEvent } from "../train/index.js";
import type { RunningStudio } from "./server.js";
import type { RunDetails, RunSummary, Session } from "./types.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const page = writePage(at("page"));
const data = writeTinyData(at("tiny"));
/** What `trainSmall` tells the command. */
const small = { hidden: [16], threads: 1, seed: 3, batchSize: 32 } as const;
const stepsPerEpoch = Math.ceil(300 / 32);
let studio: RunningStudio;
let dataId: string;

beforeAll(async () => {
  mkdirSync(at("runs"));
  studio = await serveStudio({ page, places: [at("runs")], data: [data] });
  const session = (await (await fetch(`${studio.address}api/session`)).json()) as Session;
  dataId = session.data.find(({ name }) => name === "tiny")?.id ?? "";
});
afterAll(async () => {
  await studio.close();
  scratch.remove();
});

const post = (target: string, body: unknown): Promise<Response> =>
  fetch(`${studio.address}api/${target}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const errorOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { error: string }).error;

async function start(name: string, spec: object): Promise<string> {
  const answer = await post("train", { name, spec: { ...small, ...spec }, data: dataId });
  expect(answer.status, answer.status === 201 ? "" : await errorOf(answer)).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}
const control = async (id: string, action: string): Promise<void> => {
  expect((await post(`runs/${id}/control`, { action })).status).toBe(200);
};
const summary = async (id: string): Promise<RunSummary> =>
  ((await (await fetch(`${studio.address}api/runs/${id}`)).json()) as RunDetails).summary;
const events = (id: string, until: (events: readonly SentEvent[]) => boolean | Promise<boolean>) =>
  readEvents(`${studio.address}api/runs/${id}/events`, until);
const lastState = (found: readonly SentEvent[]): RunSummary | undefined =>
  found.findLast(({ event }) => event === "state")?.data as RunSummary | undefined;
/** What is told until the run has ended here and its folder says so: what was read just before is told first. */
const ended = (id: string): Promise<SentEvent[]> =>
  events(id, (all) => {
    const last = lastState(all);
    return last?.native === false && last.state !== "training";
  });
const trained = (found: readonly SentEvent[]): TrainEvent[] =>
  found.filter(({ event }) => event === "train").map(({ data: event }) => event as TrainEvent);

/** The files of a run that must be the same whoever trained it, where and how often interrupted. */
function compared(name: string): Record<string, string> {
  const files = [
    "config.json",
    "metrics.jsonl",
    "checkpoint/last.safetensors",
    "checkpoint/best.safetensors",
  ];
  const model = readdirSync(at("runs", name, "model")).map((file) => `model/${file}`);
  return Object.fromEntries(
    [...files, ...model].map((file) => [file, readFileSync(at("runs", name, file)).toString("base64")]),
  );
}

describe("a run that is trained here", () => {
  test("is the run of `latent train`, byte for byte, pictures and report too", async () => {
    const id = await start("native", { epochs: 3 });
    const found = await ended(id);
    expect(trained(found).some(({ type }) => type === "progress")).toBe(true);
    expect(lastState(found)).toMatchObject({
      id,
      name: "native",
      state: "finished",
      epoch: 3,
      step: 3 * stepsPerEpoch,
    });
    await trainSmall(data, at("runs", "command"), ["--epochs", "3"]);
    expect(compared("native")).toEqual(compared("command"));
    expect(readdirSync(at("runs", "native"))).toEqual(expect.arrayContaining(["images", "report.html"]));
    expect(readdirSync(at("runs", "native"))).not.toContain("run.lock");
  });

  test("pauses, does single steps, goes on, stops and is resumed, and is the same in the end", async () => {
    const id = await start("stepped", { epochs: 20 });
    await control(id, "pause");
    /** Waits until the run stands still; answers the steps that it has done. */
    const resting = async (): Promise<number> => {
      for (;;) {
        const { paused, step } = await summary(id);
        await new Promise((resolve) => setTimeout(resolve, 150));
        const after = await summary(id);
        if (paused === true && after.step === step) return step;
      }
    };
    const before = await resting();
    expect(before).toBeLessThan(20 * stepsPerEpoch);
    for (let i = 1; i <= 3; i++) {
      let asked = false;
      await events(id, async (all) => {
        if (!asked) {
          asked = true;
          await control(id, "step");
        }
        const steps = all
          .filter(({ event }) => event === "snapshot")
          .map(({ data: one }) => (one as { step: number }).step);
        return steps.includes(before + i);
      });
      expect(await resting()).toBe(before + i);
    }
    const snapshot = await fetch(`${studio.address}api/runs/${id}/snapshot`);
    expect(snapshot.headers.get("latent-step")).toBe(String(before + 3));
    expect(Object.keys(unzipSync(new Uint8Array(await snapshot.arrayBuffer())))).toContain("model.json");
    await control(id, "resume");
    await events(id, (all) => (lastState(all)?.epoch ?? 0) >= 5);
    await control(id, "stop");
    const stopped = lastState(await ended(id));
    expect(stopped).toMatchObject({ state: "interrupted", native: false });
    expect(stopped?.step).toBeLessThan(20 * stepsPerEpoch);
    expect(readdirSync(at("runs", "stepped"))).not.toContain("run.lock");
    expect((await post(`runs/${id}/resume`, {})).status).toBe(200);
    expect(lastState(await ended(id))).toMatchObject({ state: "finished", epoch: 20 });
    await trainSmall(data, at("runs", "unbroken"), ["--epochs", "20"]);
    expect(compared("stepped")).toEqual(compared("unbroken"));
  });

  test("is stopped while it is paused", async () => {
    const id = await start("paused", { epochs: 100_000 });
    await control(id, "pause");
    await control(id, "stop");
    expect(lastState(await ended(id))).toMatchObject({ state: "interrupted" });
  });

  test("is told what it can do, and others wait their turn", async () => {
    const first = await start("first", { epochs: 100_000 });
    expect(await summary(first)).toMatchObject({ native: true, state: "training" });
    const [second, third, fourth] = [
      await start("second", { epochs: 1 }),
      await start("third", { epochs: 2 }),
      await start("fourth", { epochs: 1 }),
    ];
    const asked = { epochs: 1, objective: "elbo", data: "tiny" };
    expect(await summary(second)).toMatchObject({ state: "waiting", position: 1, native: true, ...asked });
    expect(await summary(third)).toMatchObject({ state: "waiting", position: 2, epochs: 2 });
    const listed = (await (await fetch(`${studio.address}api/runs`)).json()) as RunSummary[];
    expect(listed.filter(({ state }) => state === "waiting").map(({ name }) => name)).toHaveLength(3);
    // What waits has nothing to show yet, can't be paused, and keeps its name.
    expect((await fetch(`${studio.address}api/runs/${second}/snapshot`)).status).toBe(409);
    expect((await post(`runs/${second}/control`, { action: "pause" })).status).toBe(409);
    expect((await post(`runs/${first}/resume`, {})).status).toBe(409);
    expect((await post("train", { name: "third", spec: small, data: dataId })).status).toBe(409);
    // Taken out: the others move up, who follows it is told, and its name is free.
    const following = ended(second);
    await control(second, "stop");
    expect(lastState(await following)).toMatchObject({ state: "damaged", native: false });
    expect((await fetch(`${studio.address}api/runs/${second}`)).status).toBe(404);
    expect(readdirSync(at("runs"))).not.toContain("second");
    expect(await summary(third)).toMatchObject({ position: 1 });
    // One that follows a waiting run sees it begin and end.
    const all = events(third, (found) => lastState(found)?.state === "finished");
    await control(first, "stop");
    const states = (await all)
      .filter(({ event }) => event === "state")
      .map(({ data: one }) => (one as RunSummary).state);
    expect([states[0], states.includes("training"), states.at(-1)]).toEqual(["waiting", true, "finished"]);
    expect(lastState(await ended(fourth))).toMatchObject({ state: "finished" });
    await trainSmall(data, at("runs", "third-command"), ["--epochs", "2"]);
    expect(compared("third")).toEqual(compared("third-command"));
    for (const action of ["pause", "resume", "step", "stop"]) {
      expect((await post(`runs/${first}/control`, { action })).status).toBe(409);
    }
    expect((await post(`runs/${first}/control`, { action: "delete" })).status).toBe(400);
  });

  test("of two asked for at the same moment, one waits; a run that goes on waits too", async () => {
    const ids = await Promise.all(["one", "two"].map((name) => start(name, { epochs: 1000 })));
    const states = await Promise.all(ids.map(async (id) => (await summary(id)).state));
    expect(states.sort()).toEqual(["training", "waiting"]);
    const listed = (await (await fetch(`${studio.address}api/runs`)).json()) as RunSummary[];
    const stopped = listed.find(({ name }) => name === "first")?.id ?? "";
    expect((await post(`runs/${stopped}/resume`, { epochs: 100_001 })).status).toBe(200);
    expect(await summary(stopped)).toMatchObject({ state: "waiting", position: 2, epochs: 100_000 });
    expect((await post(`runs/${stopped}/resume`, {})).status).toBe(409);
    await control(stopped, "stop");
    expect(await summary(stopped)).toMatchObject({ state: "interrupted" });
    for (const id of ids) await control(id, "stop");
    for (const id of ids) await ended(id).catch(() => undefined); // one of them was taken out
  });

  test("that waits and then can't begin is said to have failed, and the next begins", async () => {
    const first = await start("holding", { epochs: 100_000 });
    const wrong = await start("wrong", { patience: 3 });
    const next = await start("after-wrong", { epochs: 1 });
    await control(first, "stop");
    expect(lastState(await ended(next))).toMatchObject({ state: "finished" });
    const listed = (await (await fetch(`${studio.address}api/runs`)).json()) as RunSummary[];
    expect(listed.find(({ id }) => id === wrong)).toMatchObject({
      state: "damaged",
      problem: expect.stringMatching(/validation/) as string,
    });
    expect(readdirSync(at("runs"))).not.toContain("wrong");
  });

  test("that fails takes nothing else with it, and says why", async () => {
    const id = await start("failing", { epochs: 1000, lr: 1e30 });
    const found = await ended(id);
    expect(trained(found).find(({ type }) => type === "warning")).toMatchObject({
      message: expect.stringMatching(/training stopped/) as string,
    });
    // Nothing was trained by then: nothing is kept, but it is said what became of it.
    expect(lastState(found)).toMatchObject({ state: "damaged", native: false });
    const why = /training stopped: .* became .* at step/;
    expect(lastState(found)?.problem).toMatch(why);
    expect(readdirSync(at("runs"))).not.toContain("failing");
    const listed = (await (await fetch(`${studio.address}api/runs`)).json()) as RunSummary[];
    expect(listed.find((run) => run.id === id)?.problem).toMatch(why);
    const answer = await fetch(`${studio.address}api/runs/${id}`);
    expect([answer.status, await errorOf(answer)]).toEqual([422, expect.stringMatching(why)]);
    const next = await start("after-failing", { epochs: 1 });
    expect(lastState(await ended(next))).toMatchObject({ state: "finished" });
  });

  test("is numbered where it is given no name, and goes on for more epochs than it had", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 2; i++) {
      const answer = await post("train", { spec: { ...small, epochs: 1 }, data: dataId });
      expect(answer.status).toBe(201);
      const { id } = (await answer.json()) as { id: string };
      await ended(id);
      ids.push((await summary(id)).name);
    }
    expect(ids).toEqual(["tiny-z2", "tiny-z2-2"]);
    const list = (await (await fetch(`${studio.address}api/runs`)).json()) as RunSummary[];
    const { id = "" } = list.find(({ name }) => name === "tiny-z2") ?? {};
    expect((await post(`runs/${id}/resume`, { epochs: 3 })).status).toBe(200);
    expect(lastState(await ended(id))).toMatchObject({ state: "finished", epoch: 3, epochs: 3 });
  });
});

describe("what can't be trained is refused, and leaves nothing behind", () => {
  test.each<[string, Record<string, unknown>, number, RegExp]>([
    ["an unknown option", { spec: { latnet: 3 } }, 400, /can't be told "latnet"/],
    ["a folder of one's choice", { spec: { schema: "/etc/passwd" } }, 400, /can't be told "schema"/],
    ["a wrong value", { spec: { epochs: -1 } }, 422, /epochs/],
    ["an unknown family", { spec: { posterior: "nomal" } }, 422, /normal/],
    ["an unknown device", { spec: { device: "abacus" } }, 422, /abacus/],
    ["unknown data", { data: "/etc" }, 404, /no data/],
    ["a name with a path", { name: "../evil" }, 400, /can't be called/],
    ["a name that is taken", { name: "taken" }, 409, /already/],
    ["what doesn't fit the data", { spec: { patience: 3 } }, 422, /validation/],
  ])("%s", async (_, more, status, message) => {
    mkdirSync(at("runs", "taken"), { recursive: true });
    const names = readdirSync(at("runs")).sort();
    const answer = await post("train", { name: "refused", spec: small, data: dataId, ...more });
    expect(answer.status).toBe(status);
    expect(await errorOf(answer)).toMatch(message);
    expect(readdirSync(at("runs")).sort()).toEqual(names);
  });

  test("places in a plain spec, which the page can't choose, are passed over", async () => {
    const spec = { epochs: 1, data: "/etc", out: at("evil"), pictures: true };
    const id = await start("placed", spec);
    await ended(id);
    expect(readdirSync(scratch.folder)).not.toContain("evil");
  });
});

test("the end of the server stops training, saved", async () => {
  mkdirSync(at("ending"));
  const ending = await serveStudio({ page, places: [at("ending")], data: [data] });
  const answer = await fetch(`${ending.address}api/train`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "last", spec: { ...small, epochs: 100_000 }, data: dataId }),
  });
  expect(answer.status).toBe(201);
  const waits = { name: "waits", spec: small, data: dataId };
  const headers = { "content-type": "application/json" };
  const second = await fetch(`${ending.address}api/train`, {
    method: "POST",
    headers,
    body: JSON.stringify(waits),
  });
  expect(await second.json()).toMatchObject({ state: "waiting", position: 1 });
  await ending.close();
  expect(readdirSync(at("ending"))).toEqual(["last"]);
  expect(readdirSync(at("ending", "last"))).toEqual(expect.arrayContaining(["checkpoint", "config.json"]));
  expect(readdirSync(at("ending", "last"))).not.toContain("run.lock");
  await trainSmall(data, at("ending", "last"), ["--resume", "--epochs", "1"]).catch((error: Error) => {
    expect(error.message).toMatch(/epochs/); // it had more than one by then
  });
});
