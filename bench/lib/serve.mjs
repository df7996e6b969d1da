import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** Milliseconds that a sample should take. */
export const sampleMilliseconds = 400;

function peakMb() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/**
 * The other end of a `Competitor`. `setups` by the request's `work` answer `{ unit, once, info }`: `unit()` does the
 * work once or, as a promise, and answers how many steps or examples that was; a sample is as many as fill its time,
 * its value milliseconds for one.
 */
export function serve(setups) {
  let work;
  let repeat = 1;
  const sample = async () => {
    work.begin?.();
    const start = performance.now();
    let done = 0;
    for (let i = 0; i < repeat; i++) done += await work.unit();
    const total = performance.now() - start;
    return { value: total / done, total, done, ...work.extra?.() };
  };
  const handlers = {
    async setup(request) {
      const setup = setups[request.work];
      if (setup === undefined) throw new Error(`does not do "${request.work}"`);
      work = await setup(request);
      await sample();
      const { total } = await sample();
      repeat = Math.max(1, Math.min(500, Math.round(sampleMilliseconds / total)));
      if (total < sampleMilliseconds) await sample();
      return { ...work.info };
    },
    sample,
    memory: () => ({ peakMb: peakMb() }),
  };
  const lines = createInterface({ input: process.stdin });
  const answer = async (line) => {
    const request = JSON.parse(line);
    let reply;
    try {
      reply = await handlers[request.op](request);
    } catch (error) {
      reply = { error: error.stack ?? String(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  };
  let last = Promise.resolve();
  lines.on("line", (line) => {
    last = last.then(() => answer(line));
  });
  lines.on("close", () => void last.then(() => process.exit(0)));
}
