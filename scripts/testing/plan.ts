/**
 * Which test files run, and in what company.
 *
 * @module
 */

/** Test files that run together. */
export interface Phase {
  /** What they are, for the reader. */
  readonly name: string;
  /** Whether several files run at a time. */
  readonly parallel: boolean;
  /** How long they may take together, on a machine that is slow and busy. */
  readonly minutes: number;
  /** Paths relative to the repository. */
  readonly files: readonly string[];
}

type Company = Omit<Phase, "files">;

/** What finds most in the least time comes first. */
const BESIDE: Company = { name: "beside the code", parallel: true, minutes: 20 };
const ALONE: Company = { name: "each by itself", parallel: true, minutes: 20 };
const ACROSS: Company = { name: "several rooms", parallel: false, minutes: 20 };
const SIMULATION: Company = { name: "simulation", parallel: true, minutes: 20 };
const WHOLE: Company = { name: "end to end", parallel: false, minutes: 20 };
const BROWSER: Company = { name: "browser", parallel: true, minutes: 20 };
const CHAOS: Company = { name: "chaos", parallel: false, minutes: 20 };

const folders = new Map([
  ["fuzz", ALONE],
  ["proxy", ALONE],
  ["recordings", ALONE],
  ["sdk", ALONE],
  ["translate", ALONE],
  ["simulation", SIMULATION],
  ["end_to_end", WHOLE],
  ["web", BROWSER],
  ["chaos", CHAOS],
]);

function companyOf(path: string): Company {
  const [top, folder] = path.split("/");
  return top === "tests" ? folders.get(folder ?? "") ?? ACROSS : BESIDE;
}

/**
 * Splits the test files among `modules` into those that stand beside the code and those in `tests/`
 * by what they need: whole systems run one file after the other, what keeps to itself in parallel,
 * and each phase has a limit of its own. With `filters`, only files whose path contains one of
 * them; phases without files are left out.
 */
export function planPhases(modules: readonly string[], filters: readonly string[]): Phase[] {
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ""));
  const files = modules.filter((path) =>
    /_test\.tsx?$/.test(path) &&
    (wanted.length === 0 || wanted.some((filter) => path.includes(filter)))
  );
  return [BESIDE, ALONE, ACROSS, SIMULATION, WHOLE, BROWSER, CHAOS].map((company) => ({
    ...company,
    files: files.filter((path) => companyOf(path) === company),
  })).filter((phase) => phase.files.length > 0);
}
