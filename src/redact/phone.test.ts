import { describe, expect, test } from "vitest";
import { redactPhones } from "./phone.ts";

describe("a telephone number becomes [phone]", () => {
  test.each([
    "+49 170 1234567",
    "+4915112345678",
    "+49 (0) 170 / 123 45 67",
    "+44 (0)20 7946 0958",
    "+442079460958",
    "(+44) 20 7946 0958",
    "+1 (415) 555-2671",
    "+1-415-555-2671",
    "+1.415.555.2671",
    "+14155552671",
    "+33 1 23 45 67 89",
    "+86 138 0013 8000",
    "+81-3-1234-5678",
    "+91 98765 43210",
    "+55 (11) 98765-4321",
    "+7 (495) 123-45-67",
    "+298 123456",
    "＋49 170 1234567",
    "0049 170 1234567",
    "00442079460958",
    "001 415 555 2671",
    "(415) 555-2671",
    "415-555-2671",
    "415.555.2671",
    "415 555 2671",
    "415-555 2671",
    "1-800-555-0199",
    "030 901820",
    "(030) 901820",
    "030/901820",
    "0170 1234567",
    "0170-1234567",
    "0151/23456789",
    "020 7946 0958",
    "0161 496 0000",
    "03-1234-5678",
    "010-1234-5678",
    "0412 345 678",
    "06 12345678",
    "01 23 45 67 89",
    "01.23.45.67.89",
    "07911123456",
    "015112345678",
    "0800 123 456",
  ])("%s", (number) => {
    expect(redactPhones(number)).toBe("[phone]");
    expect(redactPhones(`Call ${number}, please.`)).toBe("Call [phone], please.");
    expect(redactPhones(`我的号码是${number}。`)).toBe("我的号码是[phone]。");
  });

  test.each([
    ["call me at 5551234567", "call me at [phone]"],
    ["phone number is 555 1234", "phone number is [phone]"],
    ["Tel.: 901820", "Tel.: [phone]"],
    ["tel:+14155552671", "tel:[phone]"],
    ['{"phone":"5551234567"}', '{"phone":"[phone]"}'],
    ["WhatsApp 4915112345678", "WhatsApp [phone]"],
    ["Telefon 901820 (abends)", "Telefon [phone] (abends)"],
    ["телефон 1234567", "телефон [phone]"],
    ["电话：13800138000", "电话：[phone]"],
    ["Ada,030 901820,Berlin", "Ada,[phone],Berlin"],
    ["4711,(415) 555-2671", "4711,[phone]"],
    ["+49 170 1234567 or +49 30 901820", "[phone] or [phone]"],
  ])("after a word: %s", (text, expected) => {
    expect(redactPhones(text)).toBe(expected);
  });

  test.each([
    ["phone", "5551234567"],
    ["mobileNumber", "0170 1234567"],
    ["customer_telephone", "901820"],
    ["fax", "(030) 901820"],
  ])("under a field: %s", (field, number) => {
    expect(redactPhones(number, field)).toBe("[phone]");
    expect(redactPhones("5551234567", "orderId")).toBe("5551234567");
  });
});

test.each([
  ["4711", "a short order number"],
  ["order 12345678", "an order number of eight digits"],
  ["order 5551234567", "an order number of ten digits"],
  ["order 123456789012", "an order number of twelve digits"],
  ["A-2024-000123", "an invoice"],
  ["2026-11-24", "a date"],
  ["24.11.2026", "a German date"],
  ["24.11.26", "a short date"],
  ["11/24/2026", "an American date"],
  ["01-02-2024 10:30", "a date and a time"],
  ["2026-11-24T13:30:00.123Z", "an ISO time"],
  ["2026-11-24T13:30:00+01:00", "an ISO time with an offset"],
  ["UTC+0200", "an offset"],
  ["call on 2026-11-24", "a date after a word"],
  ["10:00-11:30", "hours"],
  ["550e8400-e29b-41d4-a716-446655440000", "a UUID"],
  ["12345678-1234-1234-1234-123456789012", "a UUID of digits"],
  ["v10.0.19045.3803", "a version"],
  ["Node 22.18.0, npm 10.9.2", "versions"],
  ["192.168.100.200", "an IP address"],
  ["$1,299.99 and 1.299,99 €", "prices"],
  ["1 000 000", "an amount in groups"],
  ["+5000000", "a gain"],
  ["+100000000", "a round gain"],
  ["1764000000000", "milliseconds since 1970"],
  ["3.14159265358979", "a fraction"],
  ["4111 1111 1111 1111", "a card"],
  ["DE89 3704 0044 0532 0130 00", "an IBAN"],
  ["9780306406157", "an ISBN"],
  ["ISBN 978-3-16-148410-0", "an ISBN with dashes"],
  ["10115 Berlin", "a postal code"],
  ["52.520008, 13.404954", "coordinates"],
  ["1920x1080", "a size"],
  ["SKU 8412-77-3", "an article"],
  ["AB-0151-234567", "an article that begins with letters"],
  ["HTTP 503, 20000 ms", "an error"],
  ["01k8zq4mbtc7e2h5x9va", "an id"],
  ["C++11 2345678", "a language"],
  ["123-45-6789", "a number of another kind"],
  ["iPhone 14 128 256", "a telephone"],
  ["", "nothing"],
])("%s is none: %s", (text) => {
  expect(redactPhones(text)).toBe(text);
});
