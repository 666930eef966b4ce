/**
 * `deno task test [part of a path | deno test option]…`: brings up the servers that tests need, runs
 * every test, ends with the line `N passed, N failed`, and stops what it started.
 *
 * @module
 */

import { listModules } from "./check/files.ts";
import { findChromium, type PostgresServer, provideNats, startPostgres } from "./provision/mod.ts";
import { type Phase, planPhases } from "./testing/plan.ts";
import { tally } from "./testing/summary.ts";

const root = new URL("../", import.meta.url);

let database: PostgresServer | null = null;
let running: Deno.ChildProcess | null = null;
let temporary: string | null = null;

/** Starts what the tests share and returns the environment that tells them of it. */
async function provision(): Promise<Record<string, string>> {
  const log = (line: string) => console.log(`      ${line}`);
  const configured = Deno.env.get("SARGALAY_TEST_POSTGRES_URL") || Deno.env.get("DATABASE_URL");
  if (configured === undefined || configured === "") {
    database = await startPostgres({ maxConnections: 200, log });
  }
  const url = database?.url ?? configured ?? "";
  console.log(`ready PostgreSQL at ${new URL(url).host}${database ? "" : " (as configured)"}`);
  const nats = await provideNats(log);
  console.log(`ready nats-server (${"docker" in nats ? "docker" : nats.natsServer})`);
  const chromium = await findChromium(log);
  console.log(`ready Chromium (${chromium})`);
  temporary = await Deno.makeTempDir({ prefix: "sargalay-test-" });
  // A server that will not run as root reaches its data through this folder.
  await Deno.chmod(temporary, 0o711);
  return { SARGALAY_TEST_POSTGRES_URL: url, CHROMIUM_PATH: chromium, TMPDIR: temporary };
}

/** Runs one phase, showing its output as it comes, and returns that output. */
async function runPhase(
  phase: Phase,
  options: readonly string[],
  env: Record<string, string>,
): Promise<{ output: string; success: boolean }> {
  const parallel = phase.parallel ? ["--parallel"] : [];
  // Types are checked by the gate, once, and not again for every run of the tests.
  const args = ["test", "--allow-all", "--no-check", ...parallel, ...options, ...phase.files];
  running = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const child = running;
  const deadline = setTimeout(() => {
    console.log(`"${phase.name}" did not end within ${phase.minutes} minutes`);
    child.kill("SIGTERM");
  }, phase.minutes * 60_000);
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    output = (output + text).slice(-20_000);
  }
  const { success } = await child.status;
  clearTimeout(deadline);
  running = null;
  return { output, success };
}

async function stop(): Promise<void> {
  try {
    running?.kill("SIGTERM");
  } catch {
    // Ctrl-C reached it first.
  }
  await running?.status;
  await database?.stop();
  database = null;
  if (temporary !== null) await Deno.remove(temporary, { recursive: true }).catch(() => {});
  temporary = null;
}

async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith("-"));
  const phases = planPhases(
    await listModules(root),
    args.filter((arg) => !arg.startsWith("-")),
  );
  if (phases.length === 0) {
    console.log(`no test file's path contains ${args.join(" or ")}\n0 passed, 1 failed`);
    return 1;
  }
  let [passed, failed] = [0, 0];
  try {
    const env = await provision();
    for (const phase of phases) {
      console.log(`\nrun   ${phase.name}: ${phase.files.length} files`);
      const startedMs = performance.now();
      const { output, success } = await runPhase(phase, options, env);
      const seconds = Math.round((performance.now() - startedMs) / 1_000);
      console.log(`done  ${phase.name}: ${seconds} s`);
      const result = tally(output, success);
      passed += result.passed;
      failed += result.failed;
    }
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    failed += 1;
  } finally {
    await stop();
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.addSignalListener(signal, () => void stop().finally(() => Deno.exit(code)));
}
Deno.exit(await main(Deno.args));
