/** A number for each training step, counted from 0; `at(Infinity)` is the last value. */
export type Schedule = (step: number) => number;

/** From 0 in a straight line to `to`, which is reached after `steps` steps. */
export function linearSchedule(to: number, steps: number): Schedule {
  return (step) => (step >= steps ? to : (to * step) / steps);
}

/**
 * In each of `cycles` equal parts of `steps` steps from 0 in a straight line to `to` over half of the part, then
 * constant; after all of them `to`. Fu et al., Cyclical Annealing Schedule (2019), with R = 0.5.
 */
export function cyclicalSchedule(to: number, steps: number, cycles: number): Schedule {
  const period = steps / cycles;
  return (step) => (step >= steps ? to : to * Math.min(1, (2 * (step % period)) / period));
}
