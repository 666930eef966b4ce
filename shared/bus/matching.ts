/** Which subjects a filter covers. @module */

/**
 * A predicate for a filter of dot-separated tokens, where `*` stands for one token and a last `>`
 * for one or more. Throws RangeError for a filter that is not one.
 */
export function compileFilter(filter: string): (subject: string) => boolean {
  const tokens = filter.split(".");
  const rest = tokens.at(-1) === ">";
  if (rest) tokens.pop();
  if (tokens.some((token) => !/^(\*|[^\s*>.]+)$/.test(token)) || filter === "") {
    throw new RangeError(`subject filter ${JSON.stringify(filter)} is not valid`);
  }
  if (!rest && !tokens.includes("*")) return (subject) => subject === filter;
  return (subject) => {
    const parts = subject.split(".");
    if (rest ? parts.length <= tokens.length : parts.length !== tokens.length) return false;
    return tokens.every((token, index) => token === "*" || token === parts[index]);
  };
}

/** The filter of all subjects that both filters cover; null when there are none. */
export function intersectFilters(one: string, other: string): string | null {
  const [left, right] = [one.split("."), other.split(".")];
  const both: string[] = [];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [a, b] = [left[index], right[index]];
    if (a === undefined || b === undefined) return null;
    if (a === ">") return [...both, ...right.slice(index)].join(".");
    if (b === ">") return [...both, ...left.slice(index)].join(".");
    if (a !== b && a !== "*" && b !== "*") return null;
    both.push(a === "*" ? b : a);
  }
  return both.join(".");
}
