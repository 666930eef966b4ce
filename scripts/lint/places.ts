/**
 * Where the house rules hold.
 *
 * @module
 */

const root = new URL("../../", import.meta.url).pathname;

/** `filename` relative to the repository, with forward slashes. */
export function pathInRepository(filename: string): string {
  const path = filename.startsWith("file://") ? new URL(filename).pathname : filename;
  return (path.startsWith(root) ? path.slice(root.length) : path).replace(/^\.?\//, "");
}

/**
 * Whether a file may touch the real clock, randomness, environment, network and disk: the rim of a
 * room, scripts, tests, and what runs in the browser.
 */
export function mayHaveEffects(path: string): boolean {
  return /(^|\/)(main|compose|config)\.tsx?$/.test(path) ||
    isTest(path) ||
    /^(scripts|tests)\//.test(path) ||
    /^web\/(islands\/|client\.tsx?$)/.test(path);
}

/** Whether a file computes or keeps money. */
export function isMoneyCode(path: string): boolean {
  return !isTest(path) &&
    /^(shared\/money[^/]*\.ts$|shared\/money\/|ledger\/(pricing|account|integrity)\/)/.test(path);
}

function isTest(path: string): boolean {
  return /_(test|contract|bench)\.tsx?$/.test(path);
}
