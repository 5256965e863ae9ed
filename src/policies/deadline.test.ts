import { expect, test, vi } from "vitest";
import { answerOf, callOf } from "../../test/support/call.ts";
import { deadline } from "./deadline.ts";

test("a call whose common deadline is over already sends nothing", async () => {
  const next = vi.fn(async () => answerOf("too late"));
  const call = callOf({ deadline: { at: performance.now() - 1 } });
  await expect(deadline(call, next)).rejects.toMatchObject({ code: "DeadlineExceeded" });
  expect(next).not.toHaveBeenCalled();
});
