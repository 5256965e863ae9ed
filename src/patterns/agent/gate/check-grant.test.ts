import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ConfigError } from "../../../errors.ts";
import type { Grant } from "../grant.ts";
import type { AgentTools } from "../tool.ts";
import { checkGrant } from "./check-grant.ts";
import { grantedTools } from "./granted-tools.ts";

const lookUp = { effect: "read", inputSchema: z.object({}), execute: () => "found" } as const;
const refund = { ...lookUp, effect: "irreversible" } as const;
const tools: AgentTools = { lookUp, refund };

function faults(faulty: { tools?: unknown; grant?: unknown }): Record<string, string> {
  const { tools: given = tools, grant = { tools: {} } } = faulty;
  try {
    checkGrant(given as AgentTools, grant as Grant, { task: "support" });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.task).toBe("support");
    expect(error.message).toContain("The agent of task support is wrong");
    return Object.fromEntries(error.issues.map(({ path, message }) => [path, message]));
  }
  return {};
}

describe("a grant is checked at the door", () => {
  test("what is right passes", () => {
    expect(faults({})).toEqual({});
    expect(faults({ tools: {}, grant: { tools: {} } })).toEqual({});
    const rules = {
      calls: 0,
      allow: () => true,
      approval: false,
      afterUntrusted: "deny",
    };
    const hosts = ["shop.example", "*.shop.example", "localhost", "127.0.0.1", "[::1]"];
    const grant = { tools: { lookUp: true, refund: rules }, hosts };
    const timed = { ...tools, lookUp: { ...lookUp, timeout: "5s", maxOutput: 100, trusted: true } };
    expect(faults({ tools: timed, grant })).toEqual({});
  });

  test("every fault is named with its path", () => {
    const grant = {
      tools: {
        lookup: true,
        toString: true,
        lookUp: { calls: 1.5, aproval: true, afterUntrusted: "deny" },
        refund: { calls: -1, allow: "always", approval: "yes", afterUntrusted: "never" },
      },
      host: ["shop.example"],
    };
    expect(faults({ grant })).toEqual({
      "grant.host": 'there is no such rule (did you mean "hosts"?)',
      "grant.tools.lookup": 'there is no tool of this name (did you mean "lookUp"?)',
      "grant.tools.toString": "there is no tool of this name",
      "grant.tools.lookUp.aproval": 'there is no such rule (did you mean "approval"?)',
      "grant.tools.lookUp.calls": "expected a whole number of calls, 0 or more",
      "grant.tools.lookUp.afterUntrusted": "has no meaning for a tool that only reads",
      "grant.tools.refund.calls": "expected a whole number of calls, 0 or more",
      "grant.tools.refund.allow": expect.stringContaining("expected a function"),
      "grant.tools.refund.approval": "expected true, false or a function of the input",
      "grant.tools.refund.afterUntrusted": 'expected "ask", "deny" or "allow"',
    });
  });

  test("a tool whose effect is not known, or that no grant reaches, is refused by name", () => {
    const given = {
      unknown: { ...lookUp, effect: undefined },
      wrong: { ...lookUp, effect: "delete" },
      idle: { ...lookUp, execute: undefined },
      webSearch: { ...lookUp, type: "provider", id: "openai.web_search", args: {} },
      "with space": lookUp,
      constructor: lookUp,
      ["__proto__"]: lookUp,
      ["x".repeat(65)]: lookUp,
      late: { ...lookUp, timeout: "soon", maxOutput: 5, trusted: "no", inputSchema: "none" },
      nothing: null,
    };
    const found = faults({ tools: given });
    expect(Object.keys(found).toSorted()).toEqual(
      [
        "tools.__proto__",
        "tools.constructor",
        "tools.idle.execute",
        "tools.late.inputSchema",
        "tools.late.maxOutput",
        "tools.late.timeout",
        "tools.late.trusted",
        "tools.nothing",
        "tools.unknown.effect",
        "tools.webSearch",
        "tools.with space",
        "tools.wrong.effect",
        `tools.${"x".repeat(65)}`,
      ].toSorted(),
    );
    expect(found["tools.webSearch"]).toContain("a tool of the provider");
  });

  test.each([
    "*",
    "*.",
    "",
    "https://shop.example",
    "shop.example/path",
    "shop.example:443",
    "user@shop.example",
    "a.*.example",
    "**.example",
    "shop.example.",
    "shop .example",
    "shop.example,evil.example",
    "bücher.example",
    "127.1",
    "2130706433",
    7,
    null,
  ])("a host that would not say what it means is refused: %j", (host) => {
    const found = faults({ grant: { tools: {}, hosts: [host] } });
    expect(found["grant.hosts.0"]).toContain('expected a host such as "shop.example"');
  });

  test("a host is told how it is written", () => {
    const found = faults({ grant: { tools: {}, hosts: ["bücher.example"] } });
    expect(found["grant.hosts.0"]).toContain('which is written "xn--bcher-kva.example"');
  });

  test.each([undefined, null, "all", { tools: "all" }, { tools: { lookUp: false } }])(
    "what is no grant is refused: %j",
    (grant) => {
      expect(() => checkGrant(tools, grant as Grant, { task: "support" })).toThrow(ConfigError);
    },
  );
});

test("the model is shown what is granted, and nothing else", () => {
  const shown = (grant: Grant["tools"]): string[] =>
    Object.keys(grantedTools(tools, { tools: grant }));
  expect(shown({})).toEqual([]);
  expect(shown({ refund: true })).toEqual(["refund"]);
  expect(shown({ lookUp: { calls: 1 }, refund: undefined })).toEqual(["lookUp"]);
  expect(shown({ lookUp: { calls: 0 } })).toEqual([]);
});
