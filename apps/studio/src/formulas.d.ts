declare module "*.tex" {
  /** MathML by name, made while the page is built. */
  const formulas: Readonly<Record<string, { readonly inline: string; readonly block: string }>>;
  export default formulas;
}
