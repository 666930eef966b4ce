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
  /** Paths relative to the repository. */
  readonly files: readonly string[];
}

/**
 * Splits the test files among `modules` into those that stand beside the code, which run in
 * parallel, and those in `tests/`, which start whole systems and run one after the other. With
 * `filters`, only files whose path contains one of them; phases without files are left out.
 */
export function planPhases(modules: readonly string[], filters: readonly string[]): Phase[] {
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ""));
  const files = modules.filter((path) =>
    /_test\.tsx?$/.test(path) &&
    (wanted.length === 0 || wanted.some((filter) => path.includes(filter)))
  );
  const isWhole = (path: string) => path.startsWith("tests/");
  return [
    {
      name: "beside the code",
      parallel: true,
      files: files.filter((path) => !isWhole(path)),
    },
    { name: "end to end", parallel: false, files: files.filter(isWhole) },
  ].filter((phase) => phase.files.length > 0);
}
