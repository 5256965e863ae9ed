import { styleText } from "node:util";

/** Shows how far a step is. */
export interface Progress {
  /** Shows the last words of a text that grows. */
  show(text: string): void;
  /** One more is done. */
  done(text?: string): void;
  end(): void;
}

const barWidth = 24;
const redrawMs = 50;

/** A bar on a terminal; one line at the end elsewhere. */
export function showProgress(title: string, total: number, out: NodeJS.WriteStream): Progress {
  const startedAt = performance.now();
  let count = 0;
  let words = "";
  let drawnAt = 0;

  const draw = (force: boolean): void => {
    if (!out.isTTY || (!force && performance.now() - drawnAt < redrawMs)) return;
    drawnAt = performance.now();
    const filled = total === 0 ? barWidth : Math.round((count / total) * barWidth);
    const bar = "█".repeat(filled) + styleText("dim", "░".repeat(barWidth - filled));
    const head = `  ${title.padEnd(16)} ${bar} ${String(count).padStart(3)}/${total}  `;
    const room = Math.max(0, out.columns - barWidth - 32);
    out.write(`\r\x1b[K${head}${styleText("dim", lastWords(words, room))}`);
  };

  return {
    show(text) {
      words = text;
      draw(false);
    },
    done(text = words) {
      count++;
      words = text;
      draw(false);
    },
    end() {
      words = "";
      draw(true);
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      out.write(
        out.isTTY ? `${seconds} s\n` : `  ${title.padEnd(16)} ${count} of ${total}, ${seconds} s\n`,
      );
    },
  };
}

/** Shows nothing. */
export const noProgress: Progress = { show() {}, done() {}, end() {} };

/** The end of a text on one line, in so many columns; wide characters count double. */
function lastWords(text: string, columns: number): string {
  let room = columns;
  let shown = "";
  for (const character of [...text.replace(/\s+/g, " ")].reverse()) {
    room -= /[\u1100-\u115f\u2e80-\uffdc]/.test(character) ? 2 : 1;
    if (room < 0) break;
    shown = character + shown;
  }
  return shown;
}
