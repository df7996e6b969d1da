/** The results of a job for each of many things, `lanes` of them at a time, in order. Rejects as the first that does. */
export async function manyAtATime<In, Out>(
  things: readonly In[],
  job: (thing: In, index: number) => Promise<Out>,
  lanes: number,
): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < things.length; i = next++) results[i] = await job(things[i] as In, i);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, things.length) }, lane));
  return results;
}
