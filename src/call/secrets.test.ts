import { describe, expect, test } from "vitest";
import { scrubSecrets, secretsIn } from "./secrets.ts";

describe("a text is freed of", () => {
  test.each([
    [
      "the given secrets, the longer ones first",
      "a=alpha-beta b=alpha-b",
      ["alpha-b", "alpha-beta"],
    ],
    ["keys of known shape", "Incorrect API key provided: sk-proj-abcdefghij0123456789", []],
    ["bearer tokens", 'header "Authorization: Bearer abc.def-123456"', []],
    ["whatever is called a key", '{"api_key": "zzz999888777", "password":"hunter22222"}', []],
    ["JSON web tokens", "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdEFGH", []],
  ])("%s", (_name, text, secrets) => {
    const clean = scrubSecrets(text, secrets);
    expect(clean).toContain("[secret]");
    expect(clean).not.toMatch(/alpha|sk-proj|abc\.def|zzz999|hunter2|eyJ/);
  });

  test("what was cut off at its end: nothing of a secret stands at the edge", () => {
    const secret = "sk-abcdefghijklmnopqrstuvwxyz0123456789";
    const clean = scrubSecrets(`${"x".repeat(90)} ${secret}`, [secret], 100);
    expect(clean).not.toContain("sk-abc");
    expect(clean.length).toBeLessThanOrEqual(100);
  });
});

test.each([
  ["line breaks", "\n".repeat(2_000_000)],
  ["spaces after a word of ours", `api_key${" ".repeat(2_000_000)}`],
  ["beginnings of tokens", "-eyJaaaaaaaa".repeat(200_000)],
  ["beginnings of keys", "sk-".repeat(500_000)],
])("a stranger's text of any size takes no time to speak of: %s", (_name, text) => {
  const begun = performance.now();
  scrubSecrets(text, ["some-secret"]);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test("headers that may hold credentials are secrets, others are not", () => {
  expect(secretsIn({ "x-team": "prod", "X-Api-Key": "k-123", cookie: "Bearer abcdef" })).toEqual([
    "k-123",
    "k-123",
    "Bearer abcdef",
    "abcdef",
  ]);
});
