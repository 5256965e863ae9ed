import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactCards } from "./card.ts";

describe("a card number becomes [card]", () => {
  test.each([
    ["4111111111111111", "[card]"],
    ["4111 1111 1111 1111", "[card]"],
    ["4111-1111-1111-1111", "[card]"],
    ["4111.1111.1111.1111", "[card]"],
    ["4111\u00a01111\u00a01111\u00a01111", "[card]"],
    ["4111\u20111111\u20111111\u20111111", "[card]"],
    ["4111 - 1111 - 1111 - 1111", "[card]"],
    ["4111  1111  1111  1111", "[card]"],
    ["4222222222222", "[card]"],
    ["4000 0000 0000 0000 006", "[card]"],
    ["Visa 4242424242424242, thanks.", "Visa [card], thanks."],
    ["5555 5555 5555 4444", "[card]"],
    ["2223003122003222", "[card]"],
    ["3782 822463 10005", "[card]"],
    ["371449635398431", "[card]"],
    ["6011 1111 1111 1117", "[card]"],
    ["3056 930902 5904", "[card]"],
    ["3622 720627 1667", "[card]"],
    ["3566002020360505", "[card]"],
    ["6200000000000005", "[card]"],
    ["6759649826438453", "[card]"],
    ["2200 0000 0000 0004", "[card]"],
    ["4111 1111 1111 1111 12/27 CVC 123", "[card] 12/27 CVC 123"],
    ["4111 1111 1111 1111 5555 5555 5555 4444", "[card] [card]"],
    ["12 4111 1111 1111 1111", "12 [card]"],
    ["卡号4111111111111111是", "卡号[card]是"],
    ["(4111111111111111)", "([card])"],
    ["*4111111111111111*", "*[card]*"],
    ["name,4111111111111111,123", "name,[card],123"],
    ["４１１１１１１１１１１１１１１１", "[card]"],
    ["٤١١١ ١١١١ ١١١١ ١١١١", "[card]"],
    ["card_4111111111111111", "card_[card]"],
    ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[card]"],
  ])("%s", (text, expected) => {
    expect(redactCards(text)).toBe(expected);
  });
});

test.each([
  ["order 4111", "a short order number"],
  ["order 411111111111", "an order number of 12 digits"],
  ["4111111111111112", "a wrong check digit"],
  ["4111 1111 1111 1112", "a wrong check digit, in groups"],
  ["1234567890123452", "a number of no network"],
  ["0000000000000000", "zeros"],
  ["7992739871300003", "a network that is none"],
  ["1764000000000", "milliseconds since 1970"],
  ["1764000000000000004", "nanoseconds since 1970"],
  ["20261124133045", "a compact time"],
  ["2026-11-24 13:30:45", "a time"],
  ["2026-11-24T13:30:00.123456Z", "an ISO time"],
  ["550e8400-e29b-41d4-a716-446655440000", "a UUID"],
  ["41111111-1111-1111-8111-111111111111", "a UUID of digits"],
  ["0.4111111111111111", "a fraction"],
  ["3.4242424242424242", "another fraction"],
  ["$1,299.99", "a price"],
  ["1 000 000 000 000", "a large amount in groups"],
  ["192.168.100.200", "an IP address"],
  ["10.0.19045.3803", "a version"],
  ["9780306406157", "an ISBN"],
  ["490154203237518", "an IMEI"],
  ["+49 170 1234567", "a telephone number"],
  ["DE89 3704 0044 0532 0130 00", "an IBAN"],
  ["41111111111111111111", "20 digits"],
  ["941111111111111111", "a card within a longer number"],
  ["4111/1111/1111/1111", "digits between slashes"],
  ["12:41:11 11:11:11", "times of day"],
  ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "a SHA-256"],
  ["", "nothing"],
])("%s is none: %s", (text) => {
  expect(redactCards(text)).toBe(text);
});

/** The first digits of networks, with the lengths of their numbers. */
const issuers = [
  ["4", [13, 16, 19]],
  ["51", [16]],
  ["55", [16]],
  ["2221", [16]],
  ["2720", [16]],
  ["34", [15]],
  ["37", [15]],
  ["36", [14]],
  ["300", [14]],
  ["6011", [16, 19]],
  ["65", [16]],
  ["3528", [16, 19]],
  ["3589", [16]],
  ["62", [16, 17, 18, 19]],
  ["50", [16, 18]],
  ["6759", [16, 19]],
  ["2200", [16]],
  ["8171", [16]],
  ["9792", [16]],
] as const;

function withCheckDigit(digits: readonly number[]): string {
  const sum = digits.toReversed().reduce((total, value, index) => {
    const added = index % 2 === 0 ? value * 2 : value;
    return total + (added > 9 ? added - 9 : added);
  }, 0);
  return `${digits.join("")}${(10 - (sum % 10)) % 10}`;
}

const cards = fc
  .constantFrom(
    ...issuers.flatMap(([prefix, lengths]) => lengths.map((size) => ({ prefix, size }))),
  )
  .chain(({ prefix, size }) =>
    fc
      .array(fc.nat(9), {
        minLength: size - prefix.length - 1,
        maxLength: size - prefix.length - 1,
      })
      .map((digits) => withCheckDigit([...prefix].map(Number).concat(digits))),
  );

test("no card survives, whatever stands around it and however its digits are grouped", () => {
  const around = fc.string({ maxLength: 20 }).map((text) => text.replace(/[\d.]/g, "x"));
  const groups = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 19 });
  const gaps = fc.constantFrom("", " ", "-", "\u00a0", "  ");
  fc.assert(
    fc.property(cards, around, around, groups, gaps, (card, before, after, sizes, gap) => {
      let rest = card;
      const pieces = sizes.map((size) => {
        const piece = rest.slice(0, size);
        rest = rest.slice(size);
        return piece;
      });
      const written = [...pieces, rest].filter((piece) => piece !== "").join(gap);
      const clean = redactCards(`${before} ${written} ${after}`);
      expect(clean).toContain("[card]");
      expect(clean.replace(/\D/g, "")).not.toContain(card);
    }),
  );
});
