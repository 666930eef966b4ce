/**
 * `deno task check`: the one gate. Prints each step with its result; fails when any step does.
 *
 * @module
 */

import { createSteps } from "./steps.ts";

let [passed, failed] = [0, 0];
for (const step of createSteps(new URL("../../", import.meta.url))) {
  const startedAt = performance.now();
  const problems = await step.run().catch((error) => [`the step itself failed: ${error}`]);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s)`);
  for (const problem of problems) console.log(problem.replace(/^/gm, "       "));
  if (problems.length === 0) passed += 1;
  else failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exit(1);
