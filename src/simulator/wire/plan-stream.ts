import { faultDefaults } from "../faults/fault.ts";
import type { Timing } from "../pace.ts";
import type { Frame } from "./protocol.ts";
import {
  type Delivery,
  head,
  inBandProblem,
  malformed,
  pingEvery,
  type Step,
  splitWrites,
} from "./steps.ts";

const streamType = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
};

/** A streamed response: one event after another. */
export function planStream(delivery: Delivery): Step[] {
  const { protocol, request, answer, fault, timing, ids } = delivery;
  const frames = protocol.frames(answer, request, ids);
  const open: Step[] = [
    { do: "wait", ms: timing.headersMs },
    head(200, { ...protocol.headers(ids), ...streamType }),
  ];
  const first = (count: number) => paced(firstTokens(frames, count), timing);
  switch (fault.type) {
    case "body-silence":
      return [...open, { do: "hang" }];
    case "pings-only":
      return [...open, { do: "repeat", data: protocol.ping, everyMs: pingEvery(fault) }];
    case "stall":
      return [
        ...open,
        ...first(fault.afterTokens ?? faultDefaults.stallAfterTokens),
        { do: "hang" },
      ];
    case "drop": {
      const afterTokens = fault.afterTokens ?? faultDefaults.dropAfterTokens;
      return afterTokens === 0
        ? [{ do: "destroy" }]
        : [...open, ...first(afterTokens), { do: "destroy" }];
    }
    case "clean-end-early":
      return [...open, ...first(fault.afterTokens ?? faultDefaults.endAfterTokens), { do: "end" }];
    case "in-band-error": {
      const afterTokens = fault.afterTokens ?? faultDefaults.errorAfterTokens;
      const error = protocol.errorFrame(inBandProblem(protocol, fault.errorType), ids);
      const before = afterTokens === 0 ? [] : first(afterTokens);
      return [...open, ...before, { do: "write", data: error, tokens: 0 }, { do: "end" }];
    }
    case "malformed-json":
      return [
        ...open,
        { do: "write", data: protocol.frameAround(malformed), tokens: 0 },
        { do: "end" },
      ];
    case "truncated-json":
      return [...open, ...paced(cutInsideFrame(frames), timing), { do: "end" }];
    case "empty-body":
      return [...open, { do: "end" }];
    case "split-utf8": {
      const whole = frames.map((frame) => frame.text).join("");
      return [...open, ...splitWrites(whole, answer.usage.outputTokens), { do: "end" }];
    }
    default:
      return [...open, ...paced(frames, timing), { do: "end" }];
  }
}

/** The frames up to and including the given number of content tokens; never the closing ones. */
function firstTokens(frames: readonly Frame[], count: number): Frame[] {
  const taken: Frame[] = [];
  let tokens = 0;
  for (const frame of frames) {
    if (frame.part === "closing" || (frame.part === "content" && tokens >= count)) break;
    taken.push(frame);
    tokens += frame.tokens;
  }
  return taken;
}

/** The first half of the content, its last event cut in the middle of its JSON. */
function cutInsideFrame(frames: readonly Frame[]): Frame[] {
  const content = frames.filter((frame) => frame.part !== "closing");
  const kept = content.slice(0, Math.ceil(content.length / 2));
  const last = kept.pop();
  if (!last) return [];
  return [...kept, { ...last, tokens: 0, text: last.text.slice(0, (last.text.length * 2) / 3) }];
}

function paced(frames: readonly Frame[], timing: Timing): Step[] {
  let waited = false;
  return frames.flatMap((frame): Step[] => {
    const write: Step = { do: "write", data: frame.text, tokens: frame.tokens };
    if (frame.part === "opening" || (waited && frame.tokens === 0)) return [write];
    const ms = waited ? timing.perTokenMs * frame.tokens : timing.firstTokenMs;
    waited = true;
    return ms === 0 ? [write] : [{ do: "wait", ms }, write];
  });
}
