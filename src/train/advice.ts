/** The warning for a collapsed posterior: what was measured, what it means, what to change. */
export function collapseAdvice(measured: string, objective: string): string {
  const remedy =
    objective === "simple"
      ? "Its penalties on the mean and variance outweigh the reconstruction error, a mean over pixels; " +
        "use --objective elbo."
      : "Train longer, lower the weight of the KL term or raise it slowly (KL annealing, free bits), " +
        "or use a weaker decoder.";
  return `posterior collapse: ${measured}. The latent variable says nothing about the input and every output is the same. ${remedy}`;
}
