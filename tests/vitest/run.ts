/**
 * Runs one test with the hooks around it.
 *
 * @module
 */

import { beginAssertions, endAssertions } from "./expect.ts";
import { type Cleanup, pathTo, type SuiteNode, type TestNode, type TimedHook } from "./model.ts";

const realSetTimeout = globalThis.setTimeout.bind(globalThis);
const realClearTimeout = globalThis.clearTimeout.bind(globalThis);
const cleanupMs = 120_000;

let cleanups: Cleanup[] | null = null;

/** The flat name of a test, `A > B > it`. */
export function nameOf(node: TestNode, parent: SuiteNode): string {
  return [...pathTo(parent).slice(1).map((suite) => suite.name), node.name].join(" > ");
}

/** Whether the suite sets something up for all of its tests. */
export function hasSuiteHooks(suite: SuiteNode): boolean {
  return suite.beforeAll.length > 0 || suite.afterAll.length > 0;
}

/** Notes a cleanup for the running test; throws when none runs. */
export function trackCleanup(cleanup: Cleanup): void {
  if (cleanups === null) throw new Error("onTestFinished was called outside a test");
  cleanups.push(cleanup);
}

/** Runs a test, its hooks, and the end of every suite that it is the last test of. */
export async function runTest(node: TestNode, parent: SuiteNode): Promise<void> {
  const fullName = nameOf(node, parent);
  const path = pathTo(parent);
  const errors: unknown[] = [];
  const attempt = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      errors.push(error);
    }
  };
  const noted: Cleanup[] = [];
  cleanups = noted;
  await attempt(async () => {
    for (const suite of path) await open(suite);
    for (const suite of path) {
      for (const hook of suite.beforeEach) {
        const undo = await timed("beforeEach", hook);
        if (isCleanup(undo)) noted.push(undo);
      }
    }
    await runBody(node, fullName);
  });
  for (const suite of path.toReversed()) {
    for (const hook of suite.afterEach.toReversed()) await attempt(() => timed("afterEach", hook));
  }
  for (const run of noted.toReversed()) {
    await attempt(() => timed("cleanup", { run, timeoutMs: cleanupMs }));
  }
  cleanups = null;
  for (const suite of path.toReversed()) {
    if (suite.remaining === null) continue;
    suite.remaining -= 1;
    if (suite.remaining === 0) await attempt(() => close(suite));
  }
  throwAll(errors);
}

/** Ends every suite of the file that is still open; some are when tests were filtered out. */
export async function closeFile(file: SuiteNode): Promise<void> {
  await close(file);
}

async function runBody(node: TestNode, fullName: string): Promise<void> {
  const context = { task: { name: node.name, fullName }, onTestFinished: trackCleanup };
  const run = async () => {
    beginAssertions(fullName);
    let failed = true;
    try {
      await node.body(context);
      failed = false;
    } finally {
      if (failed) await endAssertions().catch(() => {});
    }
    await endAssertions();
  };
  const work = () => timed("test", { run, timeoutMs: node.timeoutMs });
  if (!node.fails) return void await work();
  const failed = await work().then(() => false, () => true);
  if (!failed) throw new Error("the test was expected to fail, and passed");
}

function open(suite: SuiteNode): Promise<void> {
  suite.opened ??= (async () => {
    for (const hook of suite.beforeAll) {
      const undo = await timed("beforeAll", hook);
      if (isCleanup(undo)) suite.cleanups.push({ run: undo, timeoutMs: cleanupMs });
    }
  })();
  return suite.opened;
}

async function close(suite: SuiteNode): Promise<void> {
  const errors: unknown[] = [];
  for (const child of suite.children.toReversed()) {
    if (child.kind === "suite") await close(child).catch((error) => errors.push(error));
  }
  if (suite.opened === null) return throwAll(errors);
  suite.opened = null;
  const hooks = [...suite.afterAll.toReversed(), ...suite.cleanups.splice(0).toReversed()];
  for (const hook of hooks) {
    await timed("afterAll", hook).catch((error) => errors.push(error));
  }
  throwAll(errors);
}

/** Runs `hook` on real time, however the test has faked it. */
async function timed(what: string, { run, timeoutMs }: TimedHook): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`${what} did not end within ${timeoutMs} ms`));
    timer = realSetTimeout(late, timeoutMs);
  });
  try {
    return await Promise.race([run(), deadline]);
  } finally {
    realClearTimeout(timer);
  }
}

function isCleanup(value: unknown): value is Cleanup {
  return typeof value === "function";
}

function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, "the test and what surrounds it failed");
}
