/** A line that is written over on a terminal; elsewhere a line for each suite, as it begins. */
export function progressLine(output: NodeJS.WriteStream): {
  show(text: string): void;
  clear(): void;
} {
  let suite = "";
  return {
    show(text) {
      if (output.isTTY) {
        output.write(`\r\u001b[K${text}`);
        return;
      }
      const [begun = ""] = text.split(":");
      if (begun !== suite) output.write(`${begun} …\n`);
      suite = begun;
    },
    clear() {
      if (output.isTTY) output.write("\r\u001b[K");
    },
  };
}
