export const learn = {
  title: "From the autoencoder to the VAE",
} as const;
