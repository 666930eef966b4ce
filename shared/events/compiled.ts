/**
 * Decoders compiled from zod schemas, for readers that decode millions of events.
 *
 * A compiled decoder never says more than its schema: what it accepts the schema accepts as well, with
 * an equal result. It may give up on a value, and then the schema itself has to be asked, which also
 * words the refusal. So the schemas stay the one place that says what fits.
 *
 * @module
 */
import type { z } from "zod";

/** What a compiled decoder returns when only the schema itself can tell. */
export const UNDECIDED: unique symbol = Symbol("undecided");

/** Decodes JSON; {@link UNDECIDED} when the value does not fit or the schema is not understood. */
export type Decoder = (value: unknown) => unknown;

type Schema = z.core.$ZodType;
type Check = (value: never) => boolean;

/** Compiles the decoder of a schema; a part that is not understood is left to zod. */
export function compileDecoder(schema: Schema): Decoder {
  const { def } = schema._zod as unknown as { def: AnyDef };
  const decode = decoderOf(def);
  const checks = (def.checks ?? []).map(checkOf);
  if (decode === null || checks.includes(null)) return (value) => leaveToZod(schema, value);
  return checked(decode, checks as Check[]);
}

/** What the schema's own `parse` does, ZodError and all, by its compiled decoder where that can tell. */
export function compileParser<Output>(schema: z.ZodType<Output>): (value: unknown) => Output {
  const decode = compileDecoder(schema);
  return (value) => {
    const decoded = decode(value);
    return decoded === UNDECIDED ? schema.parse(value) : decoded as Output;
  };
}

/** The members of zod's definitions that are read here. */
interface AnyDef {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: AnyCheckDef } }[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly catchall?: unknown;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
  readonly in?: Schema;
  readonly out?: Schema;
  readonly transform?: (value: unknown, context: unknown) => unknown;
  readonly coerce?: boolean;
  readonly abort?: boolean;
}

interface MemberInternals {
  readonly optin?: "optional" | undefined;
  readonly def: AnyDef;
}

interface AnyCheckDef {
  readonly check: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly fn?: (value: unknown) => unknown;
}

function decoderOf(def: AnyDef): Decoder | null {
  if (def.coerce) return null;
  switch (def.type) {
    case "string":
      return (value) => typeof value === "string" ? value : UNDECIDED;
    case "number":
      return (value) => typeof value === "number" ? value : UNDECIDED;
    case "unknown":
      return (value) => value;
    case "boolean":
      return (value) => typeof value === "boolean" ? value : UNDECIDED;
    case "enum":
      return oneOf(Object.values(def.entries ?? {}));
    case "literal":
      return oneOf(def.values ?? []);
    case "optional":
      // Of what is there; only an object knows what is absent.
      return compileDecoder(def.innerType!);
    case "nullable":
      return nullable(compileDecoder(def.innerType!));
    case "array":
      return arrayOf(compileDecoder(def.element!));
    case "object":
      return def.catchall === undefined ? objectOf(def.shape!) : null;
    case "record":
      return recordOf(compileDecoder(def.keyType!), compileDecoder(def.valueType!));
    case "pipe":
      return inTurn(compileDecoder(def.in!), compileDecoder(def.out!));
    case "transform":
      return transformed(def.transform!);
    default:
      return null;
  }
}

function leaveToZod(schema: Schema, value: unknown): unknown {
  const parsed = (schema as z.ZodType).safeParse(value);
  return parsed.success ? parsed.data : UNDECIDED;
}

function checked(decode: Decoder, checks: readonly Check[]): Decoder {
  const [first, second] = checks;
  if (first === undefined) return decode;
  return (value) => {
    const decoded = decode(value) as never;
    if (decoded === UNDECIDED || !first(decoded)) return UNDECIDED;
    if (second === undefined) return decoded;
    for (let index = 1; index < checks.length; index++) {
      if (!checks[index]!(decoded)) return UNDECIDED;
    }
    return decoded;
  };
}

/** A check as a predicate, or null when it is not understood. */
function checkOf({ _zod: { def } }: { readonly _zod: { readonly def: AnyCheckDef } }) {
  const { pattern, minimum = 0, maximum = 0, value: bound = 0, inclusive, fn } = def;
  switch (def.check) {
    case "string_format":
      if (def.format !== "regex" || pattern === undefined || pattern.flags !== "") return null;
      return (text: string) => pattern.test(text);
    case "min_length":
      return (of: { length: number }) => of.length >= minimum;
    case "max_length":
      return (of: { length: number }) => of.length <= maximum;
    case "number_format":
      return def.format === "safeint" ? (value: number) => Number.isSafeInteger(value) : null;
    case "greater_than":
      if (typeof bound !== "number") return null;
      return inclusive ? (value: number) => value >= bound : (value: number) => value > bound;
    case "less_than":
      if (typeof bound !== "number") return null;
      return inclusive ? (value: number) => value <= bound : (value: number) => value < bound;
    case "custom":
      return fn === undefined ? null : (value: unknown) => fn(value) === true;
    default:
      return null;
  }
}

function oneOf(values: readonly unknown[]): Decoder {
  const all = new Set(values);
  return (value) => all.has(value) ? value : UNDECIDED;
}

function nullable(inner: Decoder): Decoder {
  return (value) => value === null ? null : inner(value);
}

function arrayOf(element: Decoder): Decoder {
  return (value) => {
    if (!Array.isArray(value)) return UNDECIDED;
    const decoded: unknown[] = [];
    for (const each of value) {
      const one = element(each);
      if (one === UNDECIDED) return UNDECIDED;
      decoded.push(one);
    }
    return decoded;
  };
}

/** Null where a default stands in for an absent member: that needs what zod knows about it. */
function objectOf(shape: Readonly<Record<string, Schema>>): Decoder | null {
  const names = Object.keys(shape);
  const members = names.map((name) => shape[name]!._zod as unknown as MemberInternals);
  if (members.some(({ optin, def }) => optin !== undefined && def.type !== "optional")) return null;
  const mayBeAbsent = members.map(({ def }) => def.type === "optional");
  const decoders = names.map((name) => compileDecoder(shape[name]!));
  return (value) => {
    if (!isRecord(value)) return UNDECIDED;
    const decoded: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index++) {
      const name = names[index]!;
      const member = value[name];
      if (member === undefined) {
        // JSON has no undefined: what is not there is absent.
        if (mayBeAbsent[index]) continue;
        return UNDECIDED;
      }
      const one = decoders[index]!(member);
      if (one === UNDECIDED) return UNDECIDED;
      decoded[name] = one;
    }
    return decoded;
  };
}

function recordOf(key: Decoder, element: Decoder): Decoder {
  return (value) => {
    if (!isRecord(value)) return UNDECIDED;
    const decoded: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const one = key(name) === name && name !== "__proto__" ? element(value[name]) : UNDECIDED;
      if (one === UNDECIDED) return UNDECIDED;
      decoded[name] = one;
    }
    return decoded;
  };
}

function inTurn(first: Decoder, second: Decoder): Decoder {
  return (value) => {
    const between = first(value);
    return between === UNDECIDED ? UNDECIDED : second(between);
  };
}

function transformed(transform: (value: unknown, context: unknown) => unknown): Decoder {
  let refused = false;
  const context = {
    issues: [],
    addIssue: () => {
      refused = true;
    },
  };
  return (value) => {
    refused = false;
    const result = transform(value, context);
    return refused || result instanceof Promise ? UNDECIDED : result;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
