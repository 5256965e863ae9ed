import { existsSync } from "node:fs";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A Chromium of this machine; another one is named by the variable CHROMIUM. */
const installed = process.env["CHROMIUM"] ?? places.find((path) => existsSync(path));

/** Where there is none, its tests are left out; in CI they fail instead, so that nothing is skipped unseen. */
export const hasBrowser: boolean = installed !== undefined || process.env["CI"] !== undefined;

export function chromiumPath(): string {
  if (installed !== undefined) return installed;
  throw new Error("There is no Chromium on this machine: install it, or name one in CHROMIUM.");
}

/** Without a sandbox, which containers do not allow, and without what Chromium asks its maker on its own account. */
export const chromiumFlags: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
