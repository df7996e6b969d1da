export const train = {
  title: "train",
} as const;
