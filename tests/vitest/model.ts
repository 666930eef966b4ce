/**
 * What a described test file is made of, before anything runs.
 *
 * @module
 */

/** What a test body receives. */
export interface TestContext {
  /** The test's own name and its full name, `A > B > it`. */
  readonly task: { readonly name: string; readonly fullName: string };
  /** Runs `cleanup` when the test is over, whether it passed or not; last registered runs first. */
  onTestFinished(cleanup: Cleanup): void;
}

/** Something to undo after a test or a suite. */
export type Cleanup = () => unknown;

/** A hook; when it returns a function, that function runs as the matching after-hook. */
export type Hook = () => unknown;

/** A test body. */
export type TestBody = (context: TestContext) => unknown;

/** Options of one test. */
export interface TestOptions {
  /** Milliseconds until the test counts as hung; 300,000 when absent. */
  readonly timeout?: number;
  /** Do not run the test. */
  readonly skip?: boolean;
  /** Run only tests marked so; the whole run then fails, to keep the mark out of the tree. */
  readonly only?: boolean;
  /** The test must fail. */
  readonly fails?: boolean;
}

/** A hook with its own deadline in milliseconds. */
export interface TimedHook {
  readonly run: Hook;
  readonly timeoutMs: number;
}

/** How a suite or a test was marked, inherited by what is inside it. */
export interface Marks {
  readonly skip: boolean;
  readonly only: boolean;
}

/** One test as described. */
export interface TestNode {
  readonly kind: "test";
  readonly name: string;
  readonly body: TestBody;
  readonly marks: Marks;
  readonly timeoutMs: number;
  readonly fails: boolean;
}

/** One suite as described; the file itself is the suite without a parent. */
export interface SuiteNode {
  readonly kind: "suite";
  readonly name: string;
  readonly parent: SuiteNode | null;
  readonly marks: Marks;
  readonly children: (SuiteNode | TestNode)[];
  readonly beforeAll: TimedHook[];
  readonly afterAll: TimedHook[];
  readonly beforeEach: TimedHook[];
  readonly afterEach: TimedHook[];
  /** Tests of this suite, nested ones included, that have yet to run; null for the file itself. */
  remaining: number | null;
  /** The one run of the before-all hooks, once it has begun. */
  opened: Promise<void> | null;
  /** What the before-all hooks asked to undo. */
  readonly cleanups: TimedHook[];
}

/** Creates an empty suite. */
export function createSuite(name: string, parent: SuiteNode | null, marks: Marks): SuiteNode {
  return {
    kind: "suite",
    name,
    parent,
    marks,
    children: [],
    beforeAll: [],
    afterAll: [],
    beforeEach: [],
    afterEach: [],
    remaining: null,
    opened: null,
    cleanups: [],
  };
}

/** The suites that enclose `suite`, the file first, `suite` itself last. */
export function pathTo(suite: SuiteNode): SuiteNode[] {
  return suite.parent === null ? [suite] : [...pathTo(suite.parent), suite];
}
