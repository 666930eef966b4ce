/** What `deno task recordings` is asked to do. @module */

/** How the replaying upstream cuts its streams. */
export type Chunking = "whole" | "events" | "random";

/** See the module. */
export interface RecordingsOptions {
  readonly folder: string;
  /** Whether the summary is a JSON line as well. */
  readonly json: boolean;
  readonly chunking: Chunking;
  /** Chooses random cuts and the chunks at which clients go away. */
  readonly seed: number;
  /** Calls at once, each to another target. */
  readonly parallel: number;
  /**
   * Null for clients that stay; a number for clients that go away after so many chunks; `every` for
   * three chunks of each stream: the first, a seeded one and the last but one.
   */
  readonly abort: number | "every" | null;
  /** The `demo.json` of a product that runs already; null to start one. */
  readonly demoFile: string | null;
  /** Where the replaying upstream listens; 0 lets the system choose. */
  readonly upstreamPort: number;
  /** Whether only the setting of the upstreams is to be printed. */
  readonly printUpstreams: boolean;
}

/** What the program answers to `--help`. */
export const USAGE = `deno task recordings DIR [--json] [--chunks whole|events|random] [--seed S]
  [--parallel N] [--abort N|every] [--demo FILE --upstream-port PORT] [--print-upstreams]

Replays every recording below DIR through the running proxy, and prints a JSON line for each: the
metered classes, the grade, hold, charge and final state, and whether that is what was recorded.

--json             the summary as a JSON line, too
--chunks           how streams are cut; default events
--seed             chooses random cuts and chunks, 0 to 4294967295; default 1
--parallel         providers that are replayed at once, 1 to 64; default 16
--abort            clients go away after N chunks, or after each of a sample of chunks
--demo             the demo.json of a product that runs already; else one is started for it
--upstream-port    where the replaying upstream listens; needed with --demo
--print-upstreams  prints the SARGALAY_UPSTREAMS that such a product must have, and ends`;

const MOST_SEED = 4_294_967_295;

/** Reads the arguments. Throws Error with a message for people. */
export function readRecordingsOptions(args: readonly string[]): RecordingsOptions {
  const values = new Map<string, string>();
  const folders: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (!arg.startsWith("--")) {
      folders.push(arg);
    } else if (["--json", "--print-upstreams"].includes(arg)) {
      values.set(arg, "yes");
    } else if (OPTIONS.includes(arg)) {
      const value = args[++at];
      if (value === undefined) throw new Error(`recordings: ${arg} needs a value`);
      values.set(arg, value);
    } else {
      throw new Error(`recordings: there is no option ${arg}`);
    }
  }
  const [folder] = folders;
  if (folder === undefined || folders.length > 1) {
    throw new Error("recordings: name one folder of recordings");
  }
  const whole = (name: string, least: number, most: number, standard: number) => {
    const text = values.get(name);
    if (text === undefined) return standard;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new Error(`recordings: ${name} is ${text}, not a whole number of ${least} to ${most}`);
    }
    return value;
  };
  const chunking = values.get("--chunks") ?? "events";
  if (!isChunking(chunking)) {
    throw new Error(`recordings: --chunks is ${chunking}, not whole, events or random`);
  }
  const demoFile = values.get("--demo") ?? null;
  if (demoFile !== null && values.get("--upstream-port") === undefined) {
    throw new Error("recordings: --demo needs --upstream-port, as that product was told");
  }
  return {
    folder,
    json: values.has("--json"),
    chunking,
    seed: whole("--seed", 0, MOST_SEED, 1),
    parallel: whole("--parallel", 1, 64, 16),
    abort: values.get("--abort") === "every"
      ? "every"
      : values.has("--abort")
      ? whole("--abort", 1, 1_000_000, 1)
      : null,
    demoFile,
    upstreamPort: whole("--upstream-port", 0, 65_535, 0),
    printUpstreams: values.has("--print-upstreams"),
  };
}

const OPTIONS = ["--chunks", "--seed", "--parallel", "--abort", "--demo", "--upstream-port"];

const isChunking = (text: string): text is Chunking => ["whole", "events", "random"].includes(text);
