import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginSweep, sweepPlace } from "../../testing/sweep-runs.js";
import { raw, readEvents, serveStudio, writePage } from "../../testing/studio.js";
import type { RunningStudio } from "../server.js";
import type { RunDetails } from "../types.js";
import type { SweepDetails, SweepSummary } from "./types.js";

const place = sweepPlace();
const { at, base, specFile } = place;
const spec = specFile("first", {
  run: { ...base.run, z: "integer(from=2, to=5)", activation: "choice(of=[relu, tanh])" },
  // one less than the page asks for while the sweep is paused
  budget: { trials: 2 },
  concurrency: 1,
});
let studio: RunningStudio;
/** What was told while the sweep went on. */
let told: readonly SweepDetails[];

const api = (target: string): string => `${studio.address}api/sweeps${target}`;
const getJson = async <T>(target: string): Promise<T> => (await (await fetch(api(target))).json()) as T;
const post = (target: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(api(target), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const first = async (): Promise<SweepSummary> => {
  const [found] = await getJson<SweepSummary[]>("");
  if (found === undefined) throw new Error("no sweep is listed");
  return found;
};

/** Follows the sweep to its end; pauses it at its first trial, asks for a third one, and lets it go on once it says that it is paused. */
async function watched(id: string): Promise<SweepDetails[]> {
  const asked = new Set<string>();
  const once = async (request: unknown): Promise<void> => {
    const text = JSON.stringify(request);
    if (asked.has(text)) return;
    asked.add(text);
    expect((await post(`/${id}/control`, request)).status).toBe(200);
  };
  const events = await readEvents(api(`/${id}/events`), async (all) => {
    const newest = all.at(-1)?.data as SweepDetails | undefined;
    if (newest === undefined) return false;
    const { summary } = newest;
    if (summary.alive && summary.used.trials > 0) await once({ action: "pause" });
    if (summary.state === "paused") await once({ budget: { trials: 3 } });
    if (summary.state === "paused" && summary.budget.trials === 3) await once({ action: "resume" });
    return summary.state === "finished";
  });
  return events.map(({ data }) => data as SweepDetails);
}

beforeAll(async () => {
  mkdirSync(at("sweeps"));
  studio = await serveStudio({ page: writePage(at("page")), places: [at("sweeps")] });
  let watching: Promise<SweepDetails[]> | undefined;
  const code = await beginSweep([spec, "--out", at("sweeps", "first")], (event) => {
    if (event.type === "task") watching ??= first().then(({ id }) => watched(id));
  });
  expect(code).toBe(0);
  told = (await watching) ?? [];
}, 120_000);
afterAll(async () => {
  await studio.close();
  place.remove();
});

describe("a sweep", () => {
  test("is followed while it goes on, pauses, takes another budget and goes on as it is asked", () => {
    const states = told.map(({ summary }) => summary.state);
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual([
      "running",
      "paused",
      "running",
      "finished",
    ]);
    expect(told.at(-1)?.summary).toMatchObject({ alive: false, counts: { complete: 3 }, planned: 3 });
  });

  test("is listed with how it stands, by the names that settings were told by, and no path", async () => {
    const summary = await first();
    expect(summary).toMatchObject({
      name: "first",
      metric: "negativeElbo",
      direction: "minimize",
      search: "random",
      data: "tiny",
      budget: { trials: 3 },
      used: { trials: 3, epochs: 6 },
    });
    expect([...summary.settings].sort()).toEqual(["activation", "lr", "z"]);
    expect(Object.keys(summary.best?.settings ?? {}).sort()).toEqual(["activation", "lr", "z"]);
    expect(JSON.stringify(summary)).not.toContain(at());
  });

  test("has an axis for each setting, with its scale, and a row for each trial", async () => {
    const details = await getJson<SweepDetails>(`/${(await first()).id}`);
    const axes = new Map(details.axes.map((axis) => [axis.name, axis]));
    expect(axes.get("lr")).toMatchObject({ path: "lr", scale: "log", from: 1e-3, to: 0.1, whole: false });
    expect(axes.get("z")).toMatchObject({ path: "latent", scale: "linear", from: 2, to: 5, whole: true });
    expect(axes.get("activation")).toMatchObject({ scale: "options", options: ["relu", "tanh"] });
    const kept = JSON.parse(
      readFileSync(at("sweeps", "first", "trials.json"), "utf8"),
    ) as SweepDetails["trials"];
    expect(details.trials.map(({ value, point }) => [value, point])).toEqual(
      kept.map(({ value, point }) => [value, point]),
    );
    expect(details.trials.map(({ rungs }) => rungs.map(({ epochs }) => epochs))).toEqual([[2], [2], [2]]);
    expect(details.importance).toBeNull();
    expect(JSON.stringify(details)).not.toContain(at());
  });

  test("has runs that are opened by their ids, though no list of runs shows them", async () => {
    const { trials } = await getJson<SweepDetails>(`/${(await first()).id}`);
    for (const { runs, value } of trials) {
      const answer = await fetch(`${studio.address}api/runs/${runs[0]}`);
      const { summary, history } = (await answer.json()) as RunDetails;
      expect(summary.name).toMatch(/^first\/[0-9a-f]{8}$/);
      expect(history.at(-1)?.evaluation.negativeElbo).toBe(value);
    }
    expect(await (await fetch(`${studio.address}api/runs`)).json()).toEqual([]);
  });

  test("hands out its table", async () => {
    const answer = await fetch(api(`/${(await first()).id}/trials.csv`));
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(await answer.text()).toMatch(/^trial,state,lr,z,activation,epochs,negativeElbo,/);
  });

  test("is asked by its own page alone, and only while a process runs it", async () => {
    const { id } = await first();
    const foreign = { origin: "http://elsewhere.example" };
    expect((await post(`/${id}/control`, { action: "stop" }, foreign)).status).toBe(403);
    expect((await fetch(api(`/${id}`), { headers: foreign })).status).toBe(403);
    for (const wrong of [{ action: "explode" }, {}, { budget: {} }, { budget: { trials: 0 } }, { budget: 3 }])
      expect((await post(`/${id}/control`, wrong)).status).toBe(400);
    expect((await post("/nothing/control", { action: "stop" })).status).toBe(404);
    const late = await post(`/${id}/control`, { action: "stop" });
    expect(late.status).toBe(409);
    expect(await late.text()).toContain("latent sweep resume");
    expect((await raw(studio.address, "/api/sweeps/..%2f..%2fetc")).status).toBe(404);
  });

  test("that can't be read says what is wrong with it; one behind a link that leads out is none", async () => {
    mkdirSync(at("sweeps", "old"));
    writeFileSync(at("sweeps", "old", "sweep.sqlite"), "");
    mkdirSync(at("sweeps", "broken"));
    writeFileSync(at("sweeps", "broken", "sweep.sqlite"), "");
    writeFileSync(at("sweeps", "broken", "plan.json"), readFileSync(at("sweeps", "first", "plan.json")));
    writeFileSync(at("sweeps", "broken", "trials.json"), '[{ "trial": 0, "runs": ["../../.."] }]');
    symlinkSync(at("sweeps", "first", "trials.json"), at("sweeps", "old", "trials.json"));
    mkdirSync(at("elsewhere"));
    writeFileSync(at("elsewhere", "sweep.sqlite"), "");
    symlinkSync(at("elsewhere"), at("sweeps", "linked"));
    const all = await getJson<SweepSummary[]>("");
    const problems = new Map(all.map(({ name, state, problem }) => [name, [state, problem ?? ""]]));
    expect([...problems.keys()].sort()).toEqual(["broken", "first", "old"]);
    expect(problems.get("old")).toEqual(["damaged", expect.stringContaining("latent sweep resume")]);
    expect(problems.get("broken")).toEqual(["damaged", expect.stringContaining("trials.json is damaged")]);
    const broken = all.find(({ name }) => name === "broken");
    expect(await getJson<SweepDetails>(`/${broken?.id}`)).toMatchObject({ trials: [], axes: [] });
  });
});
