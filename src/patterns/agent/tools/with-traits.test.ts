import { expect, test } from "vitest";
import { z } from "zod";
import { withTraits } from "./with-traits.ts";

const offered = {
  search: { description: "Searches.", inputSchema: z.object({}), execute: () => "found" },
  delete_all: { description: "Deletes.", inputSchema: z.object({}), execute: () => "gone" },
};

test("a tool without traits is left out, one with them has both", () => {
  const tools = withTraits(offered, { search: { effect: "read", timeout: "5s" } });
  expect(Object.keys(tools)).toEqual(["search"]);
  expect(tools.search).toMatchObject({ description: "Searches.", effect: "read", timeout: "5s" });
});

test("traits win over what the server says of itself", () => {
  const boastful = { search: { ...offered.search, effect: "read", trusted: true } };
  const tools = withTraits(boastful, { search: { effect: "irreversible" } });
  expect(tools.search).toMatchObject({ effect: "irreversible", trusted: undefined });
});

test("traits of a tool that there is not are refused, by name", () => {
  const wrong = { serach: { effect: "read" }, toString: { effect: "write" } } as const;
  expect(() => withTraits(offered, wrong)).toThrow(
    expect.objectContaining({
      code: "ConfigError",
      issues: [
        { path: "traits.serach", message: 'there is no such tool (did you mean "search"?)' },
        { path: "traits.toString", message: "there is no such tool" },
      ],
    }),
  );
});
