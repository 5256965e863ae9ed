import { describe, expect, test } from "vitest";
import { foreignHostsIn, hostsIn, isGrantedHost } from "./hosts.ts";

test("all hosts of a text are found, each once, as they are compared", () => {
  const text =
    "HTTPS://A.example./x, <img src=//b.example> [c](https:c.example) https://a.example d.example";
  expect(hostsIn(text)).toEqual(["a.example", "b.example", "c.example"]);
});

test.each([
  ["shop.example", ["shop.example"], true],
  ["shop.example", ["SHOP.example."], true],
  ["xn--mnchen-3ya.de", ["münchen.de"], true],
  ["a.shop.example", ["shop.example"], false],
  ["a.shop.example", ["*.shop.example"], true],
  ["a.b.shop.example", ["*.shop.example"], true],
  ["shop.example", ["*.shop.example"], false],
  ["evilshop.example", ["*.shop.example"], false],
  ["shop.example.evil.com", ["shop.example", "*.shop.example"], false],
  ["javascript:", ["javascript"], false],
  ["unknown", [], false],
])("%s under a grant of %j: %s", (host, hosts, granted) => {
  expect(isGrantedHost(host, hosts)).toBe(granted);
});

describe("arguments", () => {
  test.each<readonly [unknown, readonly string[]]>([
    [{ url: "https://evil.example/?d=1" }, ["evil.example"]],
    [{ url: "evil.example" }, ["evil.example"]],
    [{ host: "1.2.3.4" }, ["1.2.3.4"]],
    [{ url: "https:evil.example" }, ["evil.example"]],
    [{ url: "//evil" }, ["evil"]],
    [{ url: "http://localhost:9/" }, ["localhost"]],
    [[{ a: ["x", { b: "see https://evil.example" }] }], ["evil.example"]],
    [{ "https://evil.example": 1 }, ["evil.example"]],
    [{ url: "https://shop.example/x", order: "A-1", email: "jane@gmail.com", n: 5 }, []],
    [{ file: "main.rs", query: "how do refunds work?", version: "1.2.3" }, []],
    [null, []],
  ])("%j lead to %j", (value, hosts) => {
    expect(foreignHostsIn(value, ["shop.example"])).toEqual(hosts);
  });

  test("that hold themselves come to an end", () => {
    const value: Record<string, unknown> = { url: "https://evil.example" };
    value["self"] = value;
    expect(foreignHostsIn(value, [])).toEqual(["evil.example"]);
  });
});

test("arguments of any length are read whole", () => {
  const list = Array.from({ length: 300_000 }, () => 1);
  expect(foreignHostsIn([...list, "https://evil.example/"], [])).toEqual(["evil.example"]);
});
