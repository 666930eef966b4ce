/**
 * `deno task audit export [--shard N] [--from P] [--to P] --out DIR`: writes a self-contained export
 * of a shard's log, from `DATABASE_URL` or the embedded data folder of a product that is stopped.
 *
 * @module
 */
import { readArguments } from "./arguments.ts";
import { writeExport } from "./exporting/write_export.ts";
import { openLedgerDatabase } from "./open_database.ts";

/** Runs the command; 0 when the export is written. */
export async function run(args: readonly string[]): Promise<number> {
  const options = ["--shard", "--from", "--to", "--out"];
  const given = readArguments(args, { options, flags: [] });
  const directory = given.value("--out");
  if (directory === null || given.plain.length > 0) throw new Error("export needs --out DIR");
  const position = (option: string) => {
    const text = given.value(option);
    if (text !== null && !/^[0-9]{1,15}$/.test(text)) {
      throw new Error(`${option} ${text} is no number`);
    }
    return text === null ? null : BigInt(text);
  };
  const [shard, from, to] = [position("--shard") ?? 0n, position("--from"), position("--to")];
  const { database, where, close } = await openLedgerDatabase();
  const startedMs = performance.now();
  try {
    const written = await writeExport({
      database,
      shard: parseInt(`${shard}`, 10),
      from,
      to,
      directory,
      onProgress: shower(),
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    const events = written.to - written.from + 1n;
    console.log(
      `exported ${written.origin} from ${where}: positions ${written.from} to ${written.to}, ` +
        `${events} events in ${written.frames} frames, ${written.files} files in ${directory} ` +
        `(${seconds.toFixed(1)} s)\nverify it with: deno task audit verify ${directory} ` +
        `--key ${written.origin}:BASE64 --checkpoint KEPT.note\n` +
        "  --key: the ledger's first key, as the operator published it, or a file with the answer " +
        `of GET /checkpoints/${shard}/keys\n  --checkpoint: a signed note that you kept, such as ` +
        `an earlier answer of GET /checkpoints/${shard}/latest`,
    );
    return 0;
  } finally {
    await close();
  }
}

/** Shows progress on a terminal, and nothing elsewhere. */
function shower() {
  const terminal = Deno.stderr.isTerminal();
  return ({ position, range }: { position: bigint; range: { to: bigint } }) => {
    if (!terminal) return;
    const line = `\r\x1b[2Kposition ${position} of ${range.to}${position === range.to ? "\n" : ""}`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  };
}
