import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readReplies, writeReplies } from "./file.ts";
import { type RecordedReplies, type RepliesOfCase, recordedFinishes } from "./recorded.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-replies-"));
  path = join(folder, "desk.replies.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const replies: RecordedReplies = new Map<string, RepliesOfCase>([
  ["b", new Map([["sort", [{ text: "refund", finish: "stop" }, null]]])],
  ["a", new Map([["sort", [{ text: "so f", finish: "length" }]]])],
]);

test("is a line a case, sorted by their ids, for its owner alone", async () => {
  await writeReplies(path, "desk", replies);
  expect(await readFile(path, "utf8")).toBe(
    `{"type":"replies","format":1,"suite":"desk"}
{"case":"a","replies":{"sort":[{"text":"so f","finish":"length"}]}}
{"case":"b","replies":{"sort":[{"text":"refund"},null]}}
`,
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("any replies are read as they were written", async () => {
  const reply = fc.record({
    text: fc.string({ unit: "binary" }),
    finish: fc.constantFrom(...recordedFinishes),
  });
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text !== "__proto__");
  const ofCase = fc.uniqueArray(fc.tuple(name, fc.array(fc.option(reply))), {
    selector: ([task]) => task,
  });
  const all = fc.uniqueArray(fc.tuple(name, ofCase), { selector: ([id]) => id });
  await fc.assert(
    fc.asyncProperty(all, async (cases) => {
      const written: RecordedReplies = new Map(cases.map(([id, tasks]) => [id, new Map(tasks)]));
      await writeReplies(path, "desk", written);
      expect(await readReplies(path, "desk")).toEqual(written);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ["what is no JSON", (text: string) => `${text}{"case":`, "line 4 is no JSON"],
  ["a merge", (text: string) => `${text}=======\n`, "line 4 is left from a merge that is not"],
  ["a case twice", (text: string) => text.replace('"b"', '"a"'), "line 3 is the second one"],
  [
    "a reply that is none",
    (text: string) => text.replace('"refund"', "7"),
    "line 3 .*replies.sort.0.text",
  ],
  [
    "a finish that no reply has",
    (text: string) => text.replace('"length"', '"tool-calls"'),
    "line 2 .*finish",
  ],
  ["a newer format", (text: string) => text.replace('"format":1', '"format":2'), "line 1 .*newer"],
  ["another suite", (text: string) => text.replace('"desk"', '"shop"'), "line 1 .*another suite"],
  ["an empty file", () => "", " is empty"],
])("%s is refused, and the line is named", async (_, spoil, message) => {
  await writeReplies(path, "desk", replies);
  await writeFile(path, spoil(await readFile(path, "utf8")));
  await expect(readReplies(path, "desk")).rejects.toThrow(
    new RegExp(`desk\\.replies\\.jsonl.*${message}.*--record`),
  );
});
