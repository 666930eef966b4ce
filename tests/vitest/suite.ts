/**
 * `describe` and `it`: collects a file's suites, then hands each test to `Deno.test` under its flat
 * name, `A > B > it`.
 *
 * @module
 */

import { type EachCase, eachCases, formatTitle } from "./each.ts";
import {
  type Cleanup,
  createSuite,
  type Hook,
  pathTo,
  type SuiteNode,
  type TestBody,
  type TestContext,
  type TestNode,
  type TestOptions,
  type TimedHook,
} from "./model.ts";
import { closeFile, hasSuiteHooks, nameOf, runTest, trackCleanup } from "./run.ts";

const defaultTestMs = 300_000;
const defaultHookMs = 300_000;

const file = createSuite("", null, { skip: false, only: false });
let current: SuiteNode = file;

Deno.test.afterAll(() => closeFile(file));

/** A way to declare a test, and its marked variants. */
export interface TestFunction {
  /** Declares a test; the last number is its deadline in milliseconds, 300,000 when absent. */
  (name: string, body: TestBody, timeoutMs?: number): void;
  (name: string, options: TestOptions, body: TestBody): void;
  readonly skip: TestFunction;
  readonly only: TestFunction;
  /** The test must fail. */
  readonly fails: TestFunction;
  skipIf(condition: boolean): TestFunction;
  runIf(condition: boolean): TestFunction;
  /** One test per case; an array case is spread over the arguments. `%s`, `%#`, `$key` in names. */
  each<const T>(
    cases: readonly T[],
  ): (name: string, body: (...args: EachCase<T>) => unknown, timeoutMs?: number) => void;
  /** One test per case, the case given whole, the context after it. */
  for<const T>(
    cases: readonly T[],
  ): (name: string, body: (item: T, context: TestContext) => unknown, timeoutMs?: number) => void;
}

/** A way to declare a suite, and its marked variants. */
export interface SuiteFunction {
  /** Declares a suite; the body only declares, and must not be async. */
  (name: string, body: () => void): void;
  readonly skip: SuiteFunction;
  readonly only: SuiteFunction;
  skipIf(condition: boolean): SuiteFunction;
  runIf(condition: boolean): SuiteFunction;
  /** One suite per case; an array case is spread over the arguments. */
  each<const T>(
    cases: readonly T[],
  ): (name: string, body: (...args: EachCase<T>) => void) => void;
}

/** Declares a test. */
export const it: TestFunction = testFunction({});
/** Declares a test; the same as {@link it}. */
export const test: TestFunction = it;
/** Declares a suite of tests. */
export const describe: SuiteFunction = suiteFunction({});
/** Declares a suite of tests; the same as {@link describe}. */
export const suite: SuiteFunction = describe;

/** Runs once before the first test of the enclosing suite; its leak detection is then off. */
export function beforeAll(run: Hook, timeoutMs = defaultHookMs): void {
  addHook("beforeAll", { run, timeoutMs });
}

/** Runs once after the last test of the enclosing suite. */
export function afterAll(run: Hook, timeoutMs = defaultHookMs): void {
  addHook("afterAll", { run, timeoutMs });
}

/** Runs before each test of the enclosing suite, outer suites first. */
export function beforeEach(run: Hook, timeoutMs = defaultHookMs): void {
  addHook("beforeEach", { run, timeoutMs });
}

/** Runs after each test of the enclosing suite, inner suites first, failed tests included. */
export function afterEach(run: Hook, timeoutMs = defaultHookMs): void {
  addHook("afterEach", { run, timeoutMs });
}

/** Runs `cleanup` when the running test is over; throws outside a test. */
export function onTestFinished(cleanup: Cleanup): void {
  trackCleanup(cleanup);
}

type HookName = "beforeAll" | "afterAll" | "beforeEach" | "afterEach";

function addHook(name: HookName, hook: TimedHook): void {
  current[name].push(hook);
}

function testFunction(given: TestOptions): TestFunction {
  const declare = (
    name: string,
    second: TestBody | TestOptions,
    third?: TestBody | number,
  ): void => {
    const options = typeof second === "object" ? { ...given, ...second } : given;
    const body = typeof second === "function" ? second : third;
    if (typeof body !== "function") throw new TypeError(`test "${name}" has no body`);
    addTest(name, typeof third === "number" ? { ...options, timeout: third } : options, body);
  };
  const derived = (more: TestOptions) => testFunction({ ...given, ...more });
  return Object.defineProperties(
    Object.assign(declare, {
      skipIf: (condition: boolean) => condition ? derived({ skip: true }) : derived({}),
      runIf: (condition: boolean) => condition ? derived({}) : derived({ skip: true }),
      each:
        <T>(cases: readonly T[]) =>
        (name: string, body: (...args: EachCase<T>) => unknown, timeoutMs?: number) => {
          for (const { item, args, index } of eachCases(cases)) {
            declare(formatTitle(name, item, args, index), () => body(...args), timeoutMs);
          }
        },
      for:
        <T>(cases: readonly T[]) =>
        (name: string, body: (item: T, context: TestContext) => unknown, timeoutMs?: number) => {
          for (const { item, args, index } of eachCases(cases)) {
            const title = formatTitle(name, item, args, index);
            declare(title, (context) => body(item, context), timeoutMs);
          }
        },
    }),
    {
      skip: { get: () => derived({ skip: true }) },
      only: { get: () => derived({ only: true }) },
      fails: { get: () => derived({ fails: true }) },
    },
  ) as TestFunction;
}

function suiteFunction(given: { skip?: boolean; only?: boolean }): SuiteFunction {
  const declare = (name: string, body: () => void) => addSuite(name, given, body);
  const derived = (more: { skip?: boolean; only?: boolean }) =>
    suiteFunction({ ...given, ...more });
  return Object.defineProperties(
    Object.assign(declare, {
      skipIf: (condition: boolean) => condition ? derived({ skip: true }) : derived({}),
      runIf: (condition: boolean) => condition ? derived({}) : derived({ skip: true }),
      each: <T>(cases: readonly T[]) => (name: string, body: (...args: EachCase<T>) => void) => {
        for (const { item, args, index } of eachCases(cases)) {
          declare(formatTitle(name, item, args, index), () => body(...args));
        }
      },
    }),
    {
      skip: { get: () => derived({ skip: true }) },
      only: { get: () => derived({ only: true }) },
    },
  ) as SuiteFunction;
}

function addTest(name: string, options: TestOptions, body: TestBody): void {
  const node: TestNode = {
    kind: "test",
    name,
    body,
    marks: {
      skip: (options.skip ?? false) || current.marks.skip,
      only: (options.only ?? false) || current.marks.only,
    },
    timeoutMs: options.timeout ?? defaultTestMs,
    fails: options.fails ?? false,
  };
  if (current === file) register(node, file);
  else current.children.push(node);
}

function addSuite(
  name: string,
  marks: { skip?: boolean; only?: boolean },
  body: () => unknown,
): void {
  const outer = current;
  const node = createSuite(name, outer, {
    skip: (marks.skip ?? false) || outer.marks.skip,
    only: (marks.only ?? false) || outer.marks.only,
  });
  current = node;
  try {
    if (body() instanceof Promise) throw new TypeError(`suite "${name}" must not be async`);
  } finally {
    current = outer;
  }
  outer.children.push(node);
  if (outer === file) registerSuite(node);
}

function registerSuite(node: SuiteNode): number {
  node.remaining = 0;
  for (const child of node.children) {
    if (child.kind === "suite") node.remaining += registerSuite(child);
    else if (register(child, node)) node.remaining += 1;
  }
  return node.remaining;
}

/** Hands one test to Deno; returns whether it will run. */
function register(node: TestNode, parent: SuiteNode): boolean {
  const guarded = !pathTo(parent).some(hasSuiteHooks);
  Deno.test({
    name: nameOf(node, parent),
    ignore: node.marks.skip,
    only: node.marks.only,
    sanitizeOps: guarded,
    sanitizeResources: guarded,
    fn: () => runTest(node, parent),
  });
  return !node.marks.skip;
}
