export const sweeps = {
  title: "sweeps",
} as const;
