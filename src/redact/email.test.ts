import { expect, test } from "vitest";
import { redactEmails } from "./email.ts";

test.each([
  ["ada@example.com", "[email]"],
  ["Ada.Lovelace+news@mail.example.co.uk", "[email]"],
  ["o'brien_1%x@example.org", "[email]"],
  ["jörg.müller@müller.de", "[email]"],
  ["пример@почта.рф", "[email]"],
  ["用户@例子.广告", "[email]"],
  ["उदाहरण@डाक.भारत", "[email]"],
  ["δοκιμή@παράδειγμα.ελ", "[email]"],
  ["ada@xn--mller-kva.xn--p1ai", "[email]"],
  ["ada＠example.com", "[email]"],
  ["mailto:ada@example.com?subject=x", "mailto:[email]?subject=x"],
  ["<ada@example.com>, (bob@example.com).", "<[email]>, ([email])."],
  ["https://example.com/u?mail=ada%40example.com&x=1", "https://example.com/u?mail=[email]&x=1"],
  ["https://user:word@example.com/", "https://user:[email]/"],
  ['"ada@example.com"', '"[email]"'],
  ["a@b.co;c@d.io", "[email];[email]"],
])("%s", (text, expected) => {
  expect(redactEmails(text)).toBe(expected);
});

test.each([
  "@ada on the network",
  "ada@localhost",
  "5 @ 3.50 each",
  "llm-seam@0.1.0",
  "npm i @ai-sdk/provider@4.0.38",
  "logo@2x.png",
  "a @ b.com",
  "me@",
  "@example.com",
  "50%40",
  "",
])("%s is none", (text) => {
  expect(redactEmails(text)).toBe(text);
});
