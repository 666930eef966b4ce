/**
 * vitest's `expect`, assembled from its published parts.
 *
 * @module
 */

import {
  chai,
  type ExpectStatic,
  getState,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";

/** `expect` with the members that vitest's runner adds to it. */
export interface Expect extends ExpectStatic {
  /** The test fails unless exactly `expected` assertions were made in it. */
  assertions(expected: number): void;
  /** The test fails unless at least one assertion was made in it. */
  hasAssertions(): void;
  /** Fails at once: the line must not be reached. */
  unreachable(message?: string): never;
}

/** What assertions note about the test that is running; the field names are vitest's. */
interface RunningTest {
  readonly type: "test";
  readonly fullTestName: string;
  /** Assertions on promises that have not settled. */
  readonly promises: Promise<unknown>[];
  /** Each throws when an assertion on a promise was not awaited. */
  readonly onFinished: (() => void)[];
}

let running: RunningTest | null = null;

/** Asserts on a value; see vitest's `expect`. */
export const expect: Expect = assemble();

/** Starts counting assertions for the test called `fullTestName`. */
export function beginAssertions(fullTestName: string): void {
  running = { type: "test", fullTestName, promises: [], onFinished: [] };
  resetState(expect, fullTestName);
}

/**
 * Ends the count begun by {@link beginAssertions}; throws when an assertion on a promise was not
 * awaited, or when `expect.assertions` or `expect.hasAssertions` was not satisfied.
 */
export async function endAssertions(): Promise<void> {
  const ended = running;
  running = null;
  await Promise.all(ended?.promises ?? []);
  for (const check of ended?.onFinished ?? []) check();
  const { assertionCalls, expectedAssertionsNumber, isExpectingAssertions } = getState(expect);
  if (typeof expectedAssertionsNumber === "number" && assertionCalls !== expectedAssertionsNumber) {
    throw new Error(`expected ${expectedAssertionsNumber} assertions, made ${assertionCalls}`);
  }
  if (isExpectingAssertions && assertionCalls === 0) {
    throw new Error("expected at least one assertion, made none");
  }
}

function assemble(): Expect {
  chai.use(JestExtend);
  chai.use(JestChaiExpect);
  chai.use(JestAsymmetricMatchers);
  const call = (actual: unknown, message?: string) => {
    const { assertionCalls } = getState(assembled);
    setState({ assertionCalls: assertionCalls + 1 }, assembled);
    const assertion = chai.expect(actual, message);
    if (running !== null) chai.util.flag(assertion, "vitest-test", running);
    return assertion;
  };
  const chaiExpect = chai.expect as ExpectStatic & {
    extend(expect: ExpectStatic, matchers: Parameters<ExpectStatic["extend"]>[0]): void;
  };
  const assembled: Expect = Object.assign(call, chaiExpect, {
    getState: () => getState(assembled),
    setState: (state: Parameters<ExpectStatic["setState"]>[0]) => setState(state, assembled),
    extend: (matchers: Parameters<ExpectStatic["extend"]>[0]) =>
      chaiExpect.extend(assembled, matchers),
    assertions: (expected: number) => setState({ expectedAssertionsNumber: expected }, assembled),
    hasAssertions: () => setState({ isExpectingAssertions: true }, assembled),
    unreachable: (message = "reached what must not be reached"): never => chai.assert.fail(message),
  }) as Expect;
  Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: assembled, configurable: true });
  resetState(assembled, "");
  return assembled;
}

function resetState(target: Expect, currentTestName: string): void {
  setState({
    assertionCalls: 0,
    isExpectingAssertions: false,
    expectedAssertionsNumber: null,
    currentTestName,
  }, target);
}
