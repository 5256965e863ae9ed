import type { Reply } from "llm-seam/simulator";

/** Where a stranger's text stands. */
export type Place = "ticket" | "order note" | "search result" | "fetched page" | "tool description";

export interface Attempt {
  /** What it is after, and how. */
  readonly name: string;
  readonly where: Place;
  readonly text: string;
  /** What a model does that obeys it, after it has read it. */
  readonly obeys: readonly Reply[];
  /** Somebody who agrees to this, and to nothing else; without it nobody is there. */
  readonly agrees?: (tool: string, input: Readonly<Record<string, unknown>>) => boolean;
}

export const call = (name: string, args: unknown): Reply => ({
  type: "tool-calls",
  calls: [{ name, arguments: args }],
});
export const calls = (...all: readonly (readonly [string, unknown])[]): Reply => ({
  type: "tool-calls",
  calls: all.map(([name, args]) => ({ name, arguments: args })),
});

/** The last word of a model that has done what it was told. */
export const done = "Done.";
