import { Competitor } from "./competitor.mjs";
import { quiet, watched } from "./load.mjs";
import { summary } from "./stats.mjs";

/**
 * Measures competitors side by side: each is set up and warmed up in a process of its own, then they take samples in
 * turn, so that whatever else the machine does meets them all. Goes on until each has `rounds` undisturbed samples
 * or the time is over; one that would take more than its share of the time is measured less often.
 *
 * `entries`: `{ name, launch, request }`. Answers by name `{ ...summary, info, values }` or `{ error }`.
 */
export async function race(entries, { rounds, seconds, log = () => undefined }) {
  const running = [];
  const results = {};
  for (const { name, launch, request } of entries) {
    const competitor = new Competitor(launch);
    try {
      const info = await competitor.ask({ op: "setup", ...request });
      running.push({ name, competitor, info, samples: [], spent: 0 });
    } catch (error) {
      competitor.stop();
      results[name] = { error: error.message };
      log(`${name}: ${error.message}`);
    }
  }
  try {
    const start = performance.now();
    const end = start + seconds * 1000;
    const fair = (entry) => entry.samples.length < 3 || entry.spent < (1.5 * seconds * 1000) / running.length;
    const wanting = () =>
      running.filter((entry) => entry.samples.filter(({ clean }) => clean).length < rounds && fair(entry));
    for (let round = 0; ; round++) {
      const turn = wanting();
      if (turn.length === 0 || (round >= 3 && performance.now() > end)) break;
      if (round % 2 === 1) turn.reverse();
      for (const entry of turn) {
        await quiet();
        const began = performance.now();
        const { result, foreign, waited, clean } = await watched(entry.competitor.pid, () =>
          entry.competitor.ask({ op: "sample" }),
        );
        entry.spent += performance.now() - began;
        entry.samples.push({ ...result, foreign, waited, clean });
      }
    }
    for (const { name, competitor, info, samples } of running) {
      const { peakMb } = await competitor.ask({ op: "memory" }).catch(() => ({}));
      results[name] = { ...summary(samples), peakMb, info, raw: samples };
    }
  } finally {
    for (const { competitor } of running) competitor.stop();
  }
  return results;
}
