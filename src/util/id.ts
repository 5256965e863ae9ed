import { randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const poolSize = 4096;
let pool = new Uint8Array(0);
let used = 0;

/** A 20-character id that sorts by time: 10 characters of milliseconds, 10 random ones (Crockford base 32). */
export function newId(now: number = Date.now()): string {
  let time = "";
  for (let left = now, place = 0; place < 10; place++) {
    time = alphabet[left % 32] + time;
    left = Math.floor(left / 32);
  }
  if (used + 10 > pool.length) {
    pool = randomBytes(poolSize);
    used = 0;
  }
  let random = "";
  for (let place = 0; place < 10; place++) random += alphabet[(pool[used++] ?? 0) & 31];
  return time + random;
}
