/** Canonical JSON (RFC 8785) of the values that the ledger signs for. @module */

/**
 * The one text of a JSON value, after RFC 8785: members sorted by UTF-16 code units, no blanks. A
 * bigint becomes its decimal string and a member that is `undefined` vanishes, as in the log.
 *
 * Throws TypeError for what has no single exact text everywhere: numbers that are not safe integers,
 * strings with lone surrogates or U+0000 (which PostgreSQL cannot store), and what is not JSON.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "bigint":
      return `"${value}"`;
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isSafeInteger(value)) {
        throw new TypeError(`canonical JSON has no number ${value}: only safe integers are exact`);
      }
      // Adding zero turns −0 into 0.
      return String(value + 0);
    case "object":
      return value === null ? "null" : Array.isArray(value) ? list(value) : members(value);
    default:
      throw new TypeError(`canonical JSON has no ${typeof value}`);
  }
}

function list(values: readonly unknown[]): string {
  let text = "[";
  for (let index = 0; index < values.length; index++) {
    if (index > 0) text += ",";
    text += canonicalJson(values[index]);
  }
  return text + "]";
}

function members(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("canonical JSON has plain objects only");
  }
  let text = "{";
  // The default order of sort() is that of UTF-16 code units, as RFC 8785 asks.
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key);
    if (member === undefined) continue;
    text += `${text === "{" ? "" : ","}${quote(key)}:${canonicalJson(member)}`;
  }
  return text + "}";
}

const plain = /^[\u0020\u0021\u0023-\u005b\u005d-\u007e]*$/;

function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError("canonical JSON has no lone surrogates");
  if (text.includes("\u0000")) throw new TypeError("canonical JSON of the ledger has no U+0000");
  // JSON.stringify escapes exactly what RFC 8785 section 3.2.2.2 escapes.
  return JSON.stringify(text);
}
