/** How often a line is written over, in milliseconds. */
const everyMs = 100;

/** A line on standard error that is written over, for work that takes long; nothing where nobody looks. */
export function progressLine(): { show(text: string): void; clear(): void } {
  if (process.stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  let shownAt = 0;
  return {
    show(text) {
      if (performance.now() - shownAt < everyMs) return;
      shownAt = performance.now();
      process.stderr.write(`\r\u001b[K${text}`);
    },
    clear: () => void process.stderr.write("\r\u001b[K"),
  };
}
