declare module "gifenc" {
  export type Palette = (readonly [number, number, number])[];
  export interface Frame {
    readonly palette?: Palette;
    /** Milliseconds. */
    readonly delay?: number;
    readonly repeat?: number;
  }
  export interface Encoder {
    writeFrame(indices: Uint8Array, width: number, height: number, frame?: Frame): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  }
  export function GIFEncoder(): Encoder;
  export function quantize(rgba: Uint8ClampedArray, colours: number): Palette;
  export function applyPalette(rgba: Uint8ClampedArray, palette: Palette): Uint8Array;
}
