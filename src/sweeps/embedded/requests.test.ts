import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { type ControlRequest, forgetHalts, leaveRequest, takeRequests } from "./requests.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "latent-requests-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("requests to pause or to stop are forgotten, what they ask besides is not, and the others stay in their order", async () => {
  await forgetHalts(folder);
  const left: readonly ControlRequest[] = [
    { state: "paused" },
    { budget: { trials: 9 } },
    { state: "stopped", concurrency: 2 },
    { state: "running" },
  ];
  for (const request of left) {
    await leaveRequest(folder, request);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await forgetHalts(folder);
  const taken: ControlRequest[] = [];
  await takeRequests(folder, (request) => Promise.resolve(void taken.push(request)));
  expect(taken).toEqual([{ budget: { trials: 9 } }, { concurrency: 2 }, { state: "running" }]);
  expect(readdirSync(path.join(folder, "control"))).toEqual([]);
});
