import { changed, type StateStore } from "./board.js";
import type { SweepState } from "./state.js";

/** A state that is kept in memory only: for simulations, and for a sweep that nothing is to be left of. */
export function memoryStore(state: SweepState, clock: () => number = Date.now): StateStore {
  let current = state;
  return {
    update(step) {
      const { change, result } = step(current, clock());
      if (change !== undefined) current = changed(current, change);
      return Promise.resolve(result);
    },
    close: () => Promise.resolve(),
  };
}
