export const learn = {
  title: "オートエンコーダから VAE へ",
} as const;
