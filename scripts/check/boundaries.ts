/**
 * Which folder may import which, judged on the graph of imports.
 *
 * @module
 */

/** The modules of the repository and what each imports, as paths relative to its root. */
export interface ImportGraph {
  /** Every module that was seen. */
  readonly files: ReadonlySet<string>;
  /** Every import from one module of the repository to another. */
  readonly edges: readonly ImportEdge[];
  /** Imports that could not be resolved, in words. */
  readonly broken: readonly string[];
}

/** One import. */
export interface ImportEdge {
  /** The importing module. */
  readonly from: string;
  /** The imported module. */
  readonly to: string;
}

const verifier = "shared/verifier/";
const rooms = new Set(["proxy", "ledger", "projections", "web"]);

/**
 * What is wrong with the imports among `expected` (the modules that exist), a sentence each: rooms
 * that reach into one another, features entered past their mod.ts, imports that lead nowhere, and
 * modules that the graph does not have, so that an empty graph is never clean.
 */
export function findViolations(graph: ImportGraph, expected: readonly string[]): string[] {
  const problems = [...graph.broken];
  if (expected.length === 0) problems.push("there are no modules to check");
  for (const file of expected) {
    if (!graph.files.has(file)) problems.push(`${file} is missing from the graph of imports`);
  }
  for (const edge of graph.edges) {
    const problem = judgeRoom(edge) ?? judgeIndependence(edge) ??
      judgeFrontDoor(edge, graph.files);
    if (problem !== null) problems.push(`${edge.from} imports ${edge.to}: ${problem}`);
  }
  return problems.sort();
}

/** Why the folder of `from` may not import the folder of `to`; null when it may. */
function judgeRoom({ from, to }: ImportEdge): string | null {
  const [importer, imported] = [folderOf(from), folderOf(to)];
  if (importer === imported || importer === "scripts" || importer === "tests") return null;
  if (imported === "tests" && isTest(from)) return null;
  if (imported === "shared" && rooms.has(importer)) return null;
  if (imported === "scripts") return "nothing imports scripts";
  if (imported === "tests") return "only tests import tests";
  if (importer === "shared") return "shared imports no room";
  if (rooms.has(importer)) return `${importer} imports only shared and itself`;
  return `${importer} is no folder that may import another`;
}

/** The verifier proves nothing about code that it shares: it imports itself alone. */
function judgeIndependence({ from, to }: ImportEdge): string | null {
  if (!from.startsWith(verifier) || to.startsWith(verifier) || isTest(from)) return null;
  return "the verifier imports nothing from outside of itself";
}

/**
 * The outermost feature that `to` lies in and `from` does not is entered by its mod.ts alone. Who
 * wires a room may also choose an implementation inside a feature, by that one's own mod.ts.
 */
function judgeFrontDoor({ from, to }: ImportEdge, files: ReadonlySet<string>): string | null {
  if (isTest(from) || folderOf(from) === "scripts" || folderOf(from) === "tests") return null;
  const parts = to.split("/");
  for (let depth = 2; depth < parts.length; depth++) {
    const feature = parts.slice(0, depth).join("/");
    const door = `${feature}/mod.ts`;
    if (from.startsWith(`${feature}/`) || !files.has(door)) continue;
    if (to === door || (isWiring(from) && to.endsWith("/mod.ts"))) return null;
    return `enter ${feature} by its mod.ts`;
  }
  return null;
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

function isWiring(path: string): boolean {
  return /\/(main|compose)\.ts$/.test(path);
}

function isTest(path: string): boolean {
  return /_(test|contract|bench)\.tsx?$/.test(path);
}
