import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import {
  type Document,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  stringify,
  visit,
} from "yaml";
import { ConfigError } from "../../errors.ts";
import { kept } from "../../patterns/kept.ts";
import { StoreUnavailable } from "../../patterns/run-errors.ts";
import { sleep } from "../../util/abort.ts";
import { type ByName, emptyLock, type Lock, type LockedPrompt } from "./lock.ts";
import { lockSchema } from "./schema.ts";

const version = 1;

const head = `# The prompts that evaluations have covered: "seam eval" writes it, "seam eval --check" compares it with the code.
# Commit it. After a conflict, keep the entries of both sides, or take either side and run "seam eval" again.
`;

/**
 * The lock in a file; an empty one where there is none.
 *
 * @throws ConfigError for a file that is none, with the line
 */
export async function readLock(path: string): Promise<Lock> {
  const text = await textOf(path);
  return text === undefined ? emptyLock : parseLock(text, path);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, `it cannot be read: ${cause instanceof Error ? cause.message : cause}`);
  }
}

export function parseLock(text: string, path: string): Lock {
  const marker = text.split("\n").findIndex((line) => /^(<{7}|\|{7}|={7}|>{7})( |\r?$)/.test(line));
  if (marker >= 0) throw unusable(path, `line ${marker + 1} is a mark of a merge conflict`);
  const lines = new LineCounter();
  // Its own search for keys that are there twice compares all with all.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw unusable(path, `line ${line}: ${error.message.split("\n", 1)[0]}`);
  }
  const twice = keyThatIsThereTwice(document);
  if (twice !== undefined) {
    const { line } = lines.linePos(twice.range?.[0] ?? 0);
    throw unusable(path, `line ${line}: ${JSON.stringify(twice.value)} is there twice`);
  }
  const content: unknown = document.toJS();
  const written = (content as { version?: unknown } | null)?.version;
  if (typeof written === "number" && written > version) {
    throw new ConfigError({
      summary: `${path} was written by a newer release of Seam (version ${written}, this one reads ${version})`,
      advice: "Update llm-seam.",
    });
  }
  const checked = lockSchema.safeParse(content);
  if (checked.success) {
    const { prompts, suites, judges } = checked.data;
    return { prompts, suites, judges };
  }
  const [issue] = checked.error.issues;
  const { line } = lines.linePos(offsetOf(document, issue?.path ?? []));
  throw unusable(path, `line ${line}: ${issue?.path.join(".")}: ${issue?.message}`);
}

function keyThatIsThereTwice(document: Document): Scalar | undefined {
  let twice: Scalar | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (names.has(key.value)) twice = key;
        names.add(key.value);
      }
      return twice === undefined ? undefined : visit.BREAK;
    },
  });
  return twice;
}

/** Where in the text a value stands, or the last that there is on the way to it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function unusable(path: string, why: string): ConfigError {
  return new ConfigError({
    summary: `${path} cannot be used: ${why}`,
    advice: "Mend it by hand, or take the committed one and run `seam eval` again.",
  });
}

/** The text of a lock: the same for the same content, with sorted names. */
export function lockText(lock: Lock): string {
  const content = {
    version,
    prompts: sorted(lock.prompts, (ofTask) => sorted(ofTask, promptInOrder)),
    suites: sorted(lock.suites, ({ data, cases, replies, rendered }) => ({
      ...{ data, cases, ...(replies === "recorded" && { replies }) },
      rendered: sorted(rendered, ({ digest, frame }) => ({ digest, frame })),
    })),
    judges: sorted(lock.judges, (ofTask) => sorted(ofTask, byName)),
  };
  return head + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What people look for comes first. */
function promptInOrder(prompt: LockedPrompt): object {
  const { target, system, messages, tools, output, settings, evaluated } = prompt;
  return {
    ...{ target, system },
    messages: messages.map(({ role, text }) => ({ role, text })),
    ...{ tools: byName(tools), output: byName(output), settings: byName(settings) },
    evaluated: sorted(evaluated, ({ at, cases, passed, scores }) => ({
      ...{ at, cases, passed, scores: byName(scores) },
    })),
  };
}

/** Any JSON with the names of its objects sorted, as a lock holds it. */
export function byName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byName);
  return typeof value === "object" && value !== null
    ? sorted(value as ByName<unknown>, byName)
    : value;
}

function sorted<Value>(record: ByName<Value>, change: (value: Value) => unknown): object {
  const names = Object.keys(record).sort();
  return Object.fromEntries(names.map((name) => [name, change(record[name] as Value)]));
}

/** How long another process may take for its change. */
const patienceMs = 10_000;
const pauseMs = 20;

/**
 * Changes the lock in a file. Of several processes, one does at a time, so that none undoes what another has written; a
 * reader sees the file before or after the change. What is the same already is not written.
 *
 * @throws ConfigError for a file that is none, StoreUnavailable when it cannot be written
 */
export async function updateLock(
  path: string,
  change: (lock: Lock) => Lock,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const beside = `${path}.new`;
  const file = await taken(beside, signal);
  let isGone = false;
  try {
    const before = await textOf(path);
    const after = lockText(change(before === undefined ? emptyLock : parseLock(before, path)));
    if (after === before) return;
    await kept(`${path} could not be written`, async () => {
      await file.writeFile(after);
      await file.sync();
      await rename(beside, path);
    });
    isGone = true;
  } finally {
    await file.close();
    if (!isGone) await rm(beside, { force: true });
  }
}

/** The new file, which only one process can make at a time. */
async function taken(beside: string, signal: AbortSignal): Promise<FileHandle> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await open(beside, "wx");
    } catch (cause) {
      const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
      if (!isThere || performance.now() > end) {
        const why = isThere
          ? "another process is writing the lock; delete the file if there is none"
          : String(cause);
        throw new StoreUnavailable(`${beside} cannot be made: ${why}`, { cause });
      }
    }
    await sleep(pauseMs, signal);
  }
}
