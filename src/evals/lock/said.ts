import { textOf } from "../../call/assemble.ts";
import { fingerprintOf } from "../../call/canonical.ts";
import type { CallEvent } from "../../call/event.ts";
import type { CallTrace } from "../../call/scope.ts";
import { wordsOf } from "./frame.ts";
import type { Rendered } from "./lock.ts";

/** What the prompts of cases say that is no template. */
export class SaidTexts {
  /** By task, by case: the texts of each call, by their digest. */
  readonly #prompts = new Map<string, Map<string, Map<string, readonly string[]>>>();
  /** By case: what stand-ins have answered. Where a history says it again, those are not the feature's words. */
  readonly #replies = new Map<string, Set<string>>();

  add({ task, response }: CallEvent, id: string, { prompt }: CallTrace): void {
    if (prompt === null) return;
    const replies = at(this.#replies, id, () => new Set());
    const said = prompt.untagged.filter(
      ({ role, text }) => role === "user" || !replies.has(text.trim()),
    );
    if (response !== null) replies.add(textOf(response).trim());
    const ofTask = at(this.#prompts, task, () => new Map());
    const ofCase = at(ofTask, id, () => new Map());
    ofCase.set(
      fingerprintOf(said),
      said.map(({ text }) => text),
    );
  }

  get rendered(): Record<string, Rendered> {
    const tasks = [...this.#prompts].map(([task, ofTask]) => {
      const cases = [...ofTask].map(([id, calls]) => [id, [...calls.keys()].sort()] as const);
      const texts = [...ofTask.values()].map((calls) => [...calls.values()].flat());
      const digest = fingerprintOf(cases.sort(([one], [other]) => (one < other ? -1 : 1)));
      return [task, { digest, frame: wordsOf(texts) }] as const;
    });
    return Object.fromEntries(tasks);
  }
}

function at<Key, Value>(map: Map<Key, Value>, key: Key, first: () => Value): Value {
  const value = map.get(key) ?? first();
  map.set(key, value);
  return value;
}
