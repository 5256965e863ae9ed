import { expect, test } from "vitest";
import { zeroUsage } from "../../call/usage.ts";
import { newRunState } from "./gate/run-state.ts";
import { type RunPoint, readSnapshot, snapshotOf } from "./snapshot.ts";

const point: RunPoint = {
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "Look." },
        {
          type: "file",
          mediaType: "image/png",
          data: { type: "data", data: new Uint8Array([1, 2, 3]) },
        },
        {
          type: "file",
          mediaType: "image/png",
          data: { type: "url", url: new URL("https://shop.example/a.png") },
        },
      ],
    },
  ],
  given: 1,
  templates: [{ role: "user", text: "Look.", literals: ["Look."], variables: [] }],
  results: [],
  waiting: [{ approvalId: "a", toolCallId: "c", tool: "pay", text: '{"amount":7}', hash: "h" }],
  steps: [],
  state: newRunState(),
  spent: { usage: zeroUsage, cost: 0.01, ms: 5 },
  segments: ["s1"],
  trusted: ["Look."],
  nonce: "0123456789abcdef",
  key: "ticket-1",
  tags: { user: "u1" },
  context: { customer: "ann", roles: ["a"], nothing: null },
  createdAt: 1,
};

test("a run goes on from exactly what was kept, files and URLs included", () => {
  expect(readSnapshot(snapshotOf(point, "desk"), "desk")).toEqual(point);
});

const circular: { self?: unknown } = {};
circular.self = circular;

test.each([
  [{ since: new Date() }, "context.since"],
  [{ client: { fetch: () => {} } }, "context.client.fetch"],
  [{ list: [1, 2n] }, "context.list.1"],
  [{ rate: Number.NaN }, "context.rate"],
  [circular, "context.self"],
  [new Map(), "context"],
])("a context that would not be the same again is named: %#", (context, path) => {
  const keep = (): string => snapshotOf({ ...point, context }, "desk");
  expect(keep).toThrow(
    expect.objectContaining({
      code: "ConfigError",
      issues: [{ path, message: expect.any(String) }],
    }),
  );
});

test("a run of another version is not guessed at", () => {
  const text = snapshotOf(point, "desk").replace('"version":1', '"version":2');
  expect(() => readSnapshot(text, "desk")).toThrow(/another version/);
});
