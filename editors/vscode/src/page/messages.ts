/** What the extension and the page of the chart tell each other. */

/** What the page is told. */
export type ToPage =
  | { readonly type: "chart"; readonly svg: string }
  /** There is nothing to show, and why. */
  | { readonly type: "nothing"; readonly why: string };

/** What the page tells. */
export type FromPage =
  | { readonly type: "ready" }
  /** Somebody wants to see a place: line and column are counted from 1. */
  | { readonly type: "reveal"; readonly file: string; readonly line: number; readonly column: number };
