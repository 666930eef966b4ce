/** Paths of routes: `/accounts/:account/keys`, `/docs/:rest*`. @module */

/** A parsed route path. */
export interface Pattern {
  readonly path: string;
  readonly segments: readonly string[];
}

/** Parses a path such as `/accounts/:account`. */
export function parsePattern(path: string): Pattern {
  return { path, segments: path.split("/").filter((segment) => segment !== "") };
}

/** The route path of a file below `routes/`: groups vanish, `[id]` becomes `:id`. */
export function patternOfFile(file: string): string {
  const segments = file.replace(/\.tsx?$/, "").split("/")
    .filter((segment) => !/^\(.*\)$/.test(segment))
    .map((segment) => segment.replace(/^\[\.\.\.(\w+)\]$/, ":$1*").replace(/^\[(\w+)\]$/, ":$1"));
  if (segments.at(-1) === "index") segments.pop();
  return `/${segments.join("/")}`;
}

/** The decoded parameters when `pathname` fits, else null; undecodable text does not fit. */
export function matchPattern(
  pattern: Pattern,
  pathname: string,
): Record<string, string> | null {
  const parts = pathname.split("/").filter((part) => part !== "");
  const params: Record<string, string> = {};
  for (const [index, segment] of pattern.segments.entries()) {
    const value = segment.endsWith("*")
      ? decode(parts.slice(index).join("/"))
      : decode(parts[index]);
    if (value === null) return null;
    if (segment.endsWith("*")) return { ...params, [segment.slice(1, -1)]: value };
    if (segment.startsWith(":")) params[segment.slice(1)] = value;
    else if (segment !== value) return null;
  }
  return parts.length === pattern.segments.length ? params : null;
}

/** Orders routes: fixed segments before named ones, named ones before the rest. */
export function compareSpecificity(one: Pattern, other: Pattern): number {
  const length = Math.max(one.segments.length, other.segments.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(one.segments[index]) - rank(other.segments[index]);
    if (difference !== 0) return difference;
  }
  return one.path < other.path ? -1 : 1;
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 0;
  if (segment.endsWith("*")) return 3;
  return segment.startsWith(":") ? 2 : 1;
}

function decode(part: string | undefined): string | null {
  if (part === undefined) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
