/** A bar that grows in place, on terminals only. @module */

/** See {@link createProgress}. */
export interface ProgressBar {
  /** Shows how many are done, and how many of those failed. */
  show(done: number, failed: number): void;
  /** Makes room for what is printed next. */
  end(): void;
}

const WIDTH = 40;
const encoder = new TextEncoder();

/** A bar for `total` steps; it writes nothing when the output is no terminal. */
export function createProgress(total: number): ProgressBar {
  const write = (text: string) => void Deno.stdout.writeSync(encoder.encode(text));
  if (!Deno.stdout.isTerminal()) return { show: () => {}, end: () => {} };
  return {
    show(done, failed) {
      const filled = Math.floor(WIDTH * done / total);
      const bar = "█".repeat(filled).padEnd(WIDTH, "░");
      write(`\r${bar} ${done}/${total}${failed > 0 ? `, ${failed} failed` : ""}`);
    },
    end: () => write("\n"),
  };
}
