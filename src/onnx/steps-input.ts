/** The input that says how many steps to run. */
export const stepsInput = "steps";
