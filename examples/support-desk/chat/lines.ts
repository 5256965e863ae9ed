import { createInterface, type Interface } from "node:readline/promises";

/** Where a person, or a pipe, writes lines. */
export interface Lines {
  /** The next line; `undefined` at the end, and after Ctrl-C. */
  next(prompt: string): Promise<string | undefined>;
  close(): void;
}

/**
 * In a terminal each line is asked for anew, so that other questions have the terminal in between; a pipe is read on.
 *
 * @param signal ends a line that is waited for
 */
export function linesOf(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  stop: AbortController,
): Lines {
  return input.isTTY ? fromTerminal(input, output, stop) : fromPipe(createInterface({ input }));
}

function fromTerminal(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  stop: AbortController,
): Lines {
  return {
    async next(prompt) {
      const asked = createInterface({ input, output });
      asked.once("SIGINT", () => stop.abort());
      const ended = new Promise<undefined>((resolve) =>
        asked.once("close", () => resolve(undefined)),
      );
      try {
        return await Promise.race([asked.question(prompt, { signal: stop.signal }), ended]);
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        throw error;
      } finally {
        asked.close();
      }
    },
    close: () => {},
  };
}

function fromPipe(lines: Interface): Lines {
  const reader = lines[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await reader.next();
      return done === true ? undefined : value;
    },
    close: () => lines.close(),
  };
}
