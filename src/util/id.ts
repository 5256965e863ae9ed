import { randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const poolSize = 4096;
let pool = new Uint8Array(0);
let used = 0;
let lastTime = 0;
let madeInTime = 0;

/**
 * A 20-character id that sorts by when it was made, within a process also inside one millisecond: 10 characters of
 * milliseconds, 3 that count within one, 7 random ones (Crockford base 32).
 */
export function newId(now: number = Date.now()): string {
  madeInTime = now === lastTime ? madeInTime + 1 : 0;
  lastTime = now;
  return digits(now, 10) + digits(madeInTime, 3) + randomDigits(7);
}

function digits(value: number, count: number): string {
  let text = "";
  for (let left = value, place = 0; place < count; place++) {
    text = alphabet[left % 32] + text;
    left = Math.floor(left / 32);
  }
  return text;
}

function randomDigits(count: number): string {
  if (used + count > pool.length) {
    pool = randomBytes(poolSize);
    used = 0;
  }
  let text = "";
  for (let place = 0; place < count; place++) text += alphabet[(pool[used++] ?? 0) & 31];
  return text;
}
