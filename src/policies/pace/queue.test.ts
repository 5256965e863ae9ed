import fc from "fast-check";
import { expect, test } from "vitest";
import { FairQueue } from "./queue.ts";

interface Item {
  readonly number: number;
  lane: string;
}

function take(queue: FairQueue<Item>): Item | undefined {
  const [head] = queue.heads();
  if (head === undefined) return undefined;
  queue.endTurn(head.lane);
  queue.remove(head);
  return head;
}

test("a short lane does not wait for a long one, and each lane keeps its order", () => {
  const queue = new FairQueue<Item>();
  for (let number = 0; number < 10_000; number++) queue.add({ number, lane: "bulk" });
  expect(queue.ahead("chat")).toBe(0);
  expect(queue.ahead("bulk")).toBe(10_000);
  for (let number = 0; number < 3; number++) queue.add({ number, lane: "chat" });
  const taken = Array.from({ length: 8 }, () => take(queue));
  expect(taken.map((item) => `${item?.lane} ${item?.number}`)).toEqual([
    ...["bulk 0", "chat 0", "bulk 1", "chat 1", "bulk 2", "chat 2", "bulk 3", "bulk 4"],
  ]);
  expect(queue.oldest?.number).toBe(5);
});

const step = fc.oneof(
  fc.record({ do: fc.constant("add" as const), lane: fc.constantFrom("a", "b", "c") }),
  fc.record({ do: fc.constantFrom("remove" as const, "move" as const), at: fc.nat() }),
  fc.record({ do: fc.constant("take" as const) }),
);

test("whoever comes, goes and moves: nobody is lost, and nobody stays behind", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const queue = new FairQueue<Item>();
      const waiting: Item[] = [];
      for (const [number, step] of steps.entries()) {
        if (step.do === "add") {
          const item = { number, lane: step.lane };
          queue.add(item);
          waiting.push(item);
        } else if (step.do === "take") {
          const item = take(queue);
          if (item !== undefined) waiting.splice(waiting.indexOf(item), 1);
        } else {
          const item = waiting[step.at % waiting.length];
          if (item === undefined) continue;
          if (step.do === "move") queue.move(item, item.lane === "a" ? "b" : "a");
          else {
            queue.remove(item);
            waiting.splice(waiting.indexOf(item), 1);
          }
        }
        expect([...queue]).toEqual(waiting);
        expect(queue.oldest).toBe(waiting[0]);
        expect(new Set([...queue.heads()].map(({ lane }) => lane))).toEqual(
          new Set(waiting.map(({ lane }) => lane)),
        );
      }
      while (take(queue) !== undefined);
      expect(queue.isEmpty).toBe(true);
    }),
  );
});
