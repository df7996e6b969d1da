/** What happens in a worker, to be told or counted. */
export type WorkerEvent =
  | { readonly kind: "ready"; readonly place: string }
  | { readonly kind: "declined"; readonly run: string; readonly reason: string }
  | { readonly kind: "garbage"; readonly count: number; readonly where: string }
  | { readonly kind: "joined"; readonly run: string; readonly what: string }
  | {
      readonly kind: "done";
      readonly run: string;
      readonly what: string;
      readonly rows: number;
      readonly seconds: number;
      readonly bytes: number;
    }
  | { readonly kind: "failed"; readonly run: string; readonly what: string; readonly reason: string }
  | { readonly kind: "differs"; readonly run: string; readonly what: string }
  | { readonly kind: "trouble"; readonly reason: string };
