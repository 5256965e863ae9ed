/** What an import could not carry over, or not as it was. */
export interface ImportNote {
  /** Where it stands, e.g. `promptfooconfig.yaml, test 3, assertion 1`. */
  readonly place: string;
  /** What it is, and why. */
  readonly text: string;
}

/** Notes of one import, each said once. */
export interface Notes {
  add(place: string, text: string): void;
  readonly all: readonly ImportNote[];
}

export function newNotes(): Notes {
  const all = new Map<string, ImportNote>();
  return {
    add: (place, text) => all.set(`${place}\n${text}`, { place, text }),
    get all() {
      return [...all.values()];
    },
  };
}

/** Members that an import does not read are said by name. */
export function noteOthers(
  notes: Notes,
  place: string,
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) notes.add(place, `${JSON.stringify(key)} is not carried over`);
  }
}
