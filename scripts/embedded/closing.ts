/** Stopping in order, and the file that the rooms log into. @module */

/** What is to be done at the end. */
export interface Closing {
  /** Runs before everything added so far: who stops taking work. */
  first(task: () => unknown): void;
  /** Runs in the reverse order of being added. */
  add(task: () => unknown): void;
  /** Runs after everything else, in the reverse order of being added: what others rest on. */
  last(task: () => unknown): void;
  /** Runs all tasks one after the other; a failing one is reported and the rest still run. */
  run(): Promise<void>;
}

/** An empty {@link Closing}. */
export function createClosing(): Closing {
  const firsts: (() => unknown)[] = [];
  const tasks: (() => unknown)[] = [];
  const lasts: (() => unknown)[] = [];
  let running: Promise<void> | null = null;
  const runAll = async () => {
    for (const task of [...firsts.toReversed(), ...tasks.toReversed(), ...lasts.toReversed()]) {
      try {
        await task();
      } catch (error) {
        console.error("stopping a part failed:", error);
      }
    }
  };
  return {
    first: (task) => firsts.push(task),
    add: (task) => tasks.push(task),
    last: (task) => lasts.push(task),
    run: () => running ??= runAll(),
  };
}

/** Appends lines to `<folder>/sargalay.log`; warnings and errors go to the terminal as well. */
export async function openLogFile(
  folder: string,
): Promise<{ write: (line: string) => void; close: () => void }> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(`${folder}/sargalay.log`, { create: true, append: true });
  const encoder = new TextEncoder();
  return {
    write(line) {
      file.writeSync(encoder.encode(`${line}\n`));
      if (line.includes('"level":"error"')) console.error(line);
    },
    close: () => file.close(),
  };
}
