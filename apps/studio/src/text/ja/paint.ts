export const paint = {
  title: "paint",
} as const;
