export const learn = {
  title: "learn",
} as const;
