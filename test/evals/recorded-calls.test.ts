import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "llm-seam";
import { type CaseRow, type DataSource, recordedCalls } from "llm-seam/evals";
import { afterEach, beforeEach, expect, expectTypeOf, test } from "vitest";
import type { CallEvent } from "../../src/call/event.ts";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-recorded-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function callOf(id: string, text: string, changes: Partial<CallEvent> = {}): CallEvent {
  const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text }] }];
  return eventOf({ id, time: Number(id), prompt: { prompt }, ...changes });
}

const calls = [
  callOf("3", "third"),
  callOf("1", "I am ada@example.com"),
  callOf("2", "second", { errorCode: "Refused", tags: { plan: "gold" } }),
  callOf("4", "judged", { tags: { eval: "tickets" } }),
  callOf("5", "part", { parentId: "3", traceId: "3" }),
  callOf("6", "other", { task: "other" }),
];

async function rowsOf<I, E>(source: DataSource<I, E>, from = folder): Promise<CaseRow<I, E>[]> {
  const rows: CaseRow<I, E>[] = [];
  const { signal } = new AbortController();
  for await (const row of source.read({ folder: from, signal })) rows.push(row);
  return rows;
}

test("calls are cases, oldest first and redacted, with what was answered as the reference", async () => {
  await writeEvents(join(folder, "seam.db"), calls);
  const source = recordedCalls({ task: "ask", store: "seam.db" });
  expectTypeOf(source).toEqualTypeOf<DataSource<readonly Message[], unknown>>();
  const rows = await rowsOf(source);
  expect(rows.map(({ id, input, expected }) => ({ id, input, expected }))).toEqual([
    { id: "1", input: [{ role: "user", content: "I am [email]" }], expected: "hi" },
    { id: "2", input: [{ role: "user", content: "second" }], expected: undefined },
    { id: "3", input: [{ role: "user", content: "third" }], expected: "hi" },
  ]);
  expect(rows[1]?.metadata).toMatchObject({
    task: "ask",
    error: "Refused",
    tags: { plan: "gold" },
  });
});

test("a row of one's own says what the feature takes; filters and `last` choose", async () => {
  await writeEvents(join(folder, "seam.db"), calls);
  const options = { task: "ask", store: "seam.db", redact: [] };
  const source = recordedCalls({
    ...options,
    row: ({ id, text, output }) =>
      id === "2" ? null : { id, input: text, expected: String(output) },
  });
  expectTypeOf(source).toEqualTypeOf<DataSource<string, string>>();
  expect(await rowsOf(source)).toEqual([
    { id: "1", input: "I am ada@example.com", expected: "hi" },
    { id: "3", input: "third", expected: "hi" },
  ]);
  const idsOf = async (more: object) =>
    (await rowsOf(recordedCalls({ ...options, ...more }))).map(({ id }) => id);
  expect(await idsOf({ last: 1 })).toEqual(["3"]);
  expect(await idsOf({ last: 0 })).toEqual([]);
  expect(await idsOf({ tags: { plan: "gold" } })).toEqual(["2"]);
});

test("the store is that of the config above the eval file", async () => {
  const project = join(folder, "project");
  await mkdir(join(project, "evals"), { recursive: true });
  await writeFile(
    join(project, "seam.config.mjs"),
    'export default { store: "data/calls.db", tasks: {} };',
  );
  await mkdir(join(project, "data"));
  await writeEvents(join(project, "data/calls.db"), calls);
  expect(await rowsOf(recordedCalls({ task: "ask" }), join(project, "evals"))).toHaveLength(3);
});

test("where nothing can be read, that is said", async () => {
  await expect(rowsOf(recordedCalls({ task: "ask" }))).rejects.toThrow("There is no event store");
  const kept: Partial<CallEvent> = { content: "none", prompt: { prompt: [] }, response: null };
  await writeEvents(join(folder, "seam.db"), [callOf("1", "", kept)]);
  const source = recordedCalls({ task: "ask", store: "seam.db" });
  await expect(rowsOf(source)).rejects.toThrow('Nothing was kept of what the calls of "ask" said');
});
