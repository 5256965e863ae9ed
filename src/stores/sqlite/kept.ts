import { isHeld } from "./connection.ts";
import type { OpenFile } from "./open-file.ts";
import { whenFree } from "./when-free.ts";

/**
 * Work on state that must be kept: each piece is one transaction, and what it wrote is on the disk when it resolves.
 * Rejects when the file is not open, cannot be written, or is held by others for too long.
 */
export interface Kept {
  write<Result>(work: (file: OpenFile) => Result): Promise<Result>;
  read<Result>(work: (file: OpenFile) => Result): Promise<Result>;
}

export function keptIn(open: () => Promise<OpenFile>): Kept {
  return {
    write: async (work) => {
      const file = await open();
      return await patiently(file, () => file.connection.durably(() => work(file)));
    },
    read: async (work) => {
      const file = await open();
      return await patiently(file, () => file.connection.snapshot(() => work(file)));
    },
  };
}

async function patiently<Result>({ connection }: OpenFile, work: () => Result): Promise<Result> {
  try {
    return await whenFree(work);
  } catch (cause) {
    if (!isHeld(cause)) throw cause;
    throw new Error(`another program keeps the store ${connection.path} to itself`, { cause });
  }
}
