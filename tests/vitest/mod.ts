/**
 * The part of vitest's API that this repository uses, run by `deno test`.
 *
 * The import map gives it the name `vitest`, so tests read as vitest tests; `expect`, spies and
 * fake timers are vitest's own published parts. Snapshots, module mocks and `test.extend` are not
 * offered.
 *
 * @module
 */

export { expect } from "./expect.ts";
export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFinished,
  suite,
  test,
} from "./suite.ts";
export { vi } from "./vi.ts";
export type { Hook, TestContext, TestOptions } from "./model.ts";
export type { Mock, MockedFunction, MockInstance } from "@vitest/spy";
export type { Assertion, ExpectStatic } from "@vitest/expect";
