/** Processor time of this process and of a database's connections, where the system tells it. @module */
import type postgres from "postgres";

/** The usual length of the kernel's unit in /proc/…/stat. */
const TICKS_PER_SECOND = 100;

/**
 * Starts to count; the result stops and returns seconds of processor time of this process and of
 * every connection to the database that is open at both moments. Null where /proc does not tell.
 */
export async function cpuClock(sql: postgres.Sql): Promise<() => Promise<number | null>> {
  const before = await ticks(sql);
  return async () => {
    const after = await ticks(sql);
    if (before === null || after === null) return null;
    let sum = 0;
    for (const [process, now] of after) sum += now - (before.get(process) ?? 0);
    return sum / TICKS_PER_SECOND;
  };
}

async function ticks(sql: postgres.Sql): Promise<Map<number, number> | null> {
  const connections = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database()
  `;
  const found = new Map<number, number>();
  try {
    for (const pid of [Deno.pid, ...connections.map(({ pid }) => pid)]) {
      const text = await Deno.readTextFile(`/proc/${pid}/stat`);
      // After the name in brackets: user time is the 12th member, system time the 13th.
      const members = text.slice(text.lastIndexOf(")") + 2).split(" ");
      found.set(pid, Number(members[11]) + Number(members[12]));
    }
    return found;
  } catch {
    return null;
  }
}
