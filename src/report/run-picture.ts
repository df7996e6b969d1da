/** A picture as files, and how to show it. */
export interface RunPicture {
  readonly title: string;
  readonly caption: string;
  /** Contents by file name, the one to show first. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}
