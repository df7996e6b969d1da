import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "bullmq";
import { type Announcement, savedAnnouncement } from "./protocol.js";
import { type OpenRedis, prefix } from "./redis.js";

const key = `${prefix}:runs`;

/** The queue that a run's jobs are in: each has its own, so that what is wrong with one touches no other. */
export function queueName(run: string): string {
  return `run-${run}`;
}

/** Takes all jobs out of a queue, once those that workers have are done, or after some seconds. */
export async function emptied(queue: Queue): Promise<void> {
  await queue.drain(true);
  for (let i = 0; i < 40 && (await queue.getActiveCount()) > 0; i++) await sleep(50);
  await queue.obliterate({ force: true });
}

/** Tells workers of a run. Repeated by its coordinator, so that a Redis which lost all learns of it again. */
export async function announce({ client }: OpenRedis, announcement: Announcement): Promise<void> {
  await client.hset(key, announcement.run, JSON.stringify(announcement));
}

/** Tells workers that a run is over. */
export async function withdraw({ client }: OpenRedis, run: string): Promise<void> {
  await client.hdel(key, run);
}

/** All runs there are, the oldest first, and how many entries are no announcements. */
export async function announced({
  client,
}: OpenRedis): Promise<{ readonly runs: readonly Announcement[]; readonly garbage: number }> {
  const entries = Object.entries(await client.hgetall(key));
  const runs = entries.flatMap(([name, text]) => {
    const found = savedAnnouncement.safeParse(parsed(text));
    return found.success && found.data.run === name ? [found.data] : [];
  });
  return { runs: runs.sort((a, b) => a.since - b.since), garbage: entries.length - runs.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
