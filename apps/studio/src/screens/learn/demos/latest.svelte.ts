/**
 * What an asynchronous computation gives for the newest of its inputs. While one is under way only the newest of those
 * that come in the meantime waits.
 */
export function latest<I, O>(
  input: () => I | undefined,
  compute: (input: I) => Promise<O>,
): { readonly value: O | undefined } {
  let value = $state.raw<O>();
  let waiting: I | undefined;
  let busy = false;
  let ended = false;

  async function work(): Promise<void> {
    busy = true;
    while (waiting !== undefined && !ended) {
      const next = waiting;
      waiting = undefined;
      try {
        value = await compute(next);
      } catch {
        // The model was closed meanwhile: a newer one comes.
      }
    }
    busy = false;
  }

  $effect(() => {
    const next = input();
    if (next === undefined) {
      value = undefined;
      return;
    }
    waiting = next;
    if (!busy) void work();
  });
  $effect(() => () => {
    ended = true;
  });

  return {
    get value() {
      return value;
    },
  };
}
