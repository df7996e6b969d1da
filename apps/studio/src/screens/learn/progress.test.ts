import { describe, expect, test } from "vitest";
import { fresh, isDone, nextStep, readState, shareDone } from "./progress";
import { minutesOf, questionsOf, stepIds, stepOf } from "./steps";

const answered = (steps: readonly (typeof stepIds)[number][]) => ({
  opened: steps,
  answers: Object.fromEntries(steps.flatMap(questionsOf).map(({ id, right }) => [id, right])),
});

test("an address names a step by name or number", () => {
  expect(stepOf("trick")).toBe("trick");
  expect(stepOf("3")).toBe("trick");
  expect(["0", "9", "what", undefined].map(stepOf)).toEqual(Array(4).fill("autoencoder"));
});

test("all of it takes half an hour", () => {
  expect(stepIds.map(minutesOf).reduce((sum, each) => sum + each, 0)).toBe(30);
});

describe("progress", () => {
  test("a step is done once every question has its right answer", () => {
    const { answers } = answered(["autoencoder"]);
    expect(isDone({ answers, opened: [] }, "autoencoder")).toBe(true);
    expect(isDone({ answers: { ...answers, holes: 1 }, opened: [] }, "autoencoder")).toBe(false);
    expect(isDone(fresh, "autoencoder")).toBe(false);
  });
  test("goes on where something is left to do", () => {
    expect(nextStep(fresh)).toBe("autoencoder");
    expect(nextStep(answered(["autoencoder", "parameters"]))).toBe("trick");
    expect(nextStep(answered(stepIds))).toBe("next");
    expect(shareDone(answered(stepIds))).toBe(1);
    expect(shareDone(answered(["trick", "elbo"]))).toBe(0.25);
  });
  test("is read from what was kept, whatever became of it", () => {
    const state = answered(["simple"]);
    expect(readState(JSON.stringify(state))).toEqual(state);
    for (const broken of [null, "", "{", "[]", "null", '"text"', '{"answers":7}']) {
      expect(readState(broken)).toEqual(fresh);
    }
    expect(readState('{"answers":{"a":1,"b":"x","c":1.5},"opened":["simple","what"]}')).toEqual({
      answers: { a: 1 },
      opened: ["simple"],
    });
  });
});
