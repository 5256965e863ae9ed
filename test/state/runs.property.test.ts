import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { hashOfCall } from "../../src/patterns/agent/gate/call-hash.ts";
import type { RunStore } from "../../src/state/runs.ts";
import { requestOf, runOf, runStores } from "./run-stores.ts";

const lease = 100;
const ttl = 300;
const runIds = ["r1", "r2"];
const holders = ["ann", "bob", "cyd"];

/** What is known of a run without the store, as simply as it can be said. */
interface ModelRun {
  segments: string[];
  hold: { holder: string; until: number } | undefined;
  isOver: boolean;
}
interface ModelApproval {
  readonly runId: string;
  readonly part: number;
  readonly tool: string;
  readonly input: unknown;
  expiresAt: number;
  decision: { approved: boolean; by: string; at: number } | null;
}
interface Model {
  readonly runs: Map<string, ModelRun>;
  readonly approvals: Map<string, ModelApproval>;
}

type Step =
  | { kind: "pause"; run: string; holder: string | null; inputs: unknown[] }
  | { kind: "claim" | "renew" | "release" | "end"; run: string; holder: string }
  | { kind: "decide"; index: number; approved: boolean; by: string }
  | { kind: "later"; ms: number };

const run = fc.constantFrom(...runIds);
const holder = fc.constantFrom(...holders);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("pause" as const),
    run,
    holder: fc.option(holder),
    inputs: fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constantFrom("claim", "renew", "release", "end"), run, holder }),
  fc.record({
    kind: fc.constant("decide" as const),
    index: fc.nat(4),
    approved: fc.boolean(),
    by: holder,
  }),
  fc.record({ kind: fc.constant("later" as const), ms: fc.integer({ min: 1, max: 250 }) }),
);

/** Who holds a run works on a part of it, which stays one of its parts also where the hold is never given back. */
function segmentsOf({ segments, hold }: ModelRun): string[] {
  return hold === undefined || segments.includes(hold.holder)
    ? segments
    : [...segments, hold.holder];
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

async function play(store: RunStore, model: Model, { ...taken }: Step): Promise<void> {
  const now = Date.now();
  switch (taken.kind) {
    case "later":
      vi.setSystemTime(now + taken.ms);
      return;
    case "pause": {
      const { run: id, holder: by, inputs } = taken;
      const known = model.runs.get(id);
      const mayPause = by === null ? known === undefined : known?.hold?.holder === by;
      const segments = [...(known?.segments ?? []), `part-${known?.segments.length ?? 0}`];
      const requests = inputs.map((input, index) => ({
        ...requestOf({ id: `${id}-${segments.length}-${index}`, runId: id, createdAt: now }),
        input: JSON.stringify(input),
        inputHash: hashOfCall("refund", plain(input)),
        expiresAt: now + ttl,
      }));
      expect(await store.pause(runOf({ id, segments }), requests, by)).toBe(mayPause);
      if (!mayPause) return;
      model.runs.set(id, { segments, hold: undefined, isOver: false });
      for (const [index, request] of requests.entries()) {
        const { tool, expiresAt } = request;
        const input = plain(inputs[index]);
        const part = segments.length;
        model.approvals.set(request.id, {
          runId: id,
          part,
          tool,
          input,
          expiresAt,
          decision: null,
        });
      }
      return;
    }
    case "decide": {
      const { index, approved, by } = taken;
      const [id, known] = [...model.approvals][index] ?? ["none", undefined];
      const became = await store.decide(id, { approved, by, note: null });
      if (known === undefined) expect(became.kind).toBe("unknown");
      else if (known.decision !== null) expect(became.kind).toBe("decided");
      else if (known.expiresAt <= now) expect(became.kind).toBe("expired");
      else {
        expect(became.kind).toBe("taken");
        known.decision = { approved, by, at: now };
      }
      return;
    }
    default:
      await playHold(store, model, taken);
  }
}

async function playHold(
  store: RunStore,
  model: Model,
  { kind, run: id, holder: by }: Extract<Step, { kind: "claim" | "renew" | "release" | "end" }>,
): Promise<void> {
  const now = Date.now();
  const known = model.runs.get(id);
  const isMine = known?.hold?.holder === by;
  if (kind === "claim") {
    const became = await store.claim(id, by, lease);
    if (known === undefined) expect(became.kind).toBe("unknown");
    else if (known.isOver) expect(became.kind).toBe("ended");
    else if (known.hold !== undefined && known.hold.until > now) {
      expect(became).toEqual({ kind: "held", until: known.hold.until });
    } else {
      known.segments = segmentsOf(known);
      const asked = [...model.approvals].filter(([, a]) => a.runId === id);
      const last = Math.max(...asked.map(([, { part }]) => part));
      const waits = asked.filter(([, { part }]) => part === last);
      expect(became).toMatchObject({ kind: "claimed", run: { id, segments: known.segments } });
      const ids = became.kind === "claimed" ? became.approvals.map((one) => one.id) : [];
      expect(ids.sort()).toEqual(waits.map(([name]) => name).sort());
      known.hold = { holder: by, until: now + lease };
    }
  } else if (kind === "renew") {
    expect(await store.renew(id, by, lease)).toBe(isMine);
    if (isMine && known !== undefined) known.hold = { holder: by, until: now + lease };
  } else if (kind === "release") {
    await store.release(id, by);
    if (isMine && known !== undefined) known.hold = undefined;
  } else {
    const segments = [...(known?.segments ?? []), "last"];
    const end = { runId: id, holder: by, segments, keepContent: true };
    expect(await store.end(end)).toBe(isMine);
    if (!isMine || known === undefined) return;
    model.runs.set(id, { segments, hold: undefined, isOver: true });
    for (const approval of model.approvals.values()) {
      if (approval.runId !== id || approval.decision !== null) continue;
      approval.expiresAt = Math.min(approval.expiresAt, now);
    }
  }
}

async function compare(store: RunStore, model: Model): Promise<void> {
  for (const id of runIds) {
    const known = model.runs.get(id);
    expect(await store.segments(id)).toEqual(known && segmentsOf(known));
  }
  const approvals = await store.approvals({});
  expect(approvals.map(({ id }) => id).sort()).toEqual([...model.approvals.keys()].sort());
  for (const { id, tool, input, inputHash, expiresAt, decision } of approvals) {
    const known = model.approvals.get(id);
    expect(input === null ? undefined : JSON.parse(input)).toEqual(known?.input);
    expect(hashOfCall(tool, JSON.parse(input ?? ""))).toBe(inputHash);
    expect(expiresAt).toBe(known?.expiresAt);
    expect(decision).toEqual(known?.decision && { ...known.decision, note: null });
    if (decision !== null) expect(decision.at).toBeLessThan(expiresAt);
  }
  const pendingAt = Date.now();
  const pending = [...model.approvals.values()].filter(
    (one) => one.decision === null && one.expiresAt > pendingAt,
  );
  expect(await store.approvals({ pendingAt })).toHaveLength(pending.length);
}

test.each(runStores.filter(([name]) => name !== "sqlite"))(
  "%s: whatever several holders and deciders do, in whatever order",
  { timeout: 120_000 },
  async (_, open) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 10, maxLength: 60, size: "max" }),
          async (steps) => {
            vi.setSystemTime(1_800_000_000_000);
            await using opened = await open();
            const model: Model = { runs: new Map(), approvals: new Map() };
            for (const taken of steps) await play(opened.runs, model, taken);
            await compare(opened.runs, model);
          },
        ),
        { numRuns: 300 },
      );
    } finally {
      vi.useRealTimers();
    }
  },
);
