import { availableParallelism } from "node:os";

/** Jobs under way at a time: decoding takes threads of its own, and some always wait for the disk. */
const lanes = Math.max(4, 2 * availableParallelism());

/** The results of a job for each of many things, some of them at a time, in order. Rejects as the first that does. */
export async function manyAtATime<In, Out>(
  things: readonly In[],
  job: (thing: In, index: number) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < things.length; i = next++) results[i] = await job(things[i] as In, i);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, things.length) }, lane));
  return results;
}
