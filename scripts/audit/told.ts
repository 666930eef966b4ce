/** What an auditor tells the verifier: keys, and checkpoints that were kept elsewhere. @module */
import { type NamedKey, namedKeyOf } from "../../shared/verifier/mod.ts";
import { followKeys, type KeyList, keyListIn } from "./key_list.ts";

/** What the `--key`s of a command come to. */
export interface ToldKeys {
  readonly keys: readonly NamedKey[];
  /** What is to be known of them, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * The keys that `--key`s name: each `NAME:BASE64` itself, a file with one a line (empty lines and
 * lines that begin with `#` are passed over), or a file with the answer of `GET /checkpoints/0/keys`,
 * whose endorsements are followed from the keys that were told otherwise, or else from its first
 * one. Throws an Error that says what is wrong.
 */
export async function readKeys(given: readonly string[]): Promise<ToldKeys> {
  const direct: NamedKey[] = [];
  const lists: KeyList[] = [];
  for (const argument of given) {
    const read = await readArgument(argument);
    if (Array.isArray(read)) direct.push(...read);
    else lists.push(read);
  }
  const followed = await Promise.all(lists.map((list) => followKeys(list, direct)));
  return {
    keys: [...direct, ...followed.flatMap(({ keys }) => keys)],
    notes: followed.flatMap(({ notes }) => notes),
  };
}

async function readArgument(argument: string): Promise<NamedKey[] | KeyList> {
  const direct = namedKeyOf(argument);
  if (direct !== null) return [direct];
  const text = await Deno.readTextFile(argument).catch(() => {
    throw new Error(`--key ${argument} is neither NAME:BASE64 of 32 bytes nor a file`);
  });
  const list = keyListIn(argument, text);
  if (list !== null) return list;
  const lines = text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length === 0) throw new Error(`--key ${argument} holds no key`);
  return lines.map((line) => {
    const key = namedKeyOf(line);
    if (key === null) throw new Error(`--key ${argument}: ${line} is not NAME:BASE64 of 32 bytes`);
    return key;
  });
}

/** A file's text. Throws an Error in one line when it is not there. */
export async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`no such file ${path}`);
    throw error;
  }
}

/** The notes in a file: one signed note, or one a line as in `checkpoints-….ndjson`. */
export async function readNotes(path: string): Promise<string[]> {
  const text = await readText(path);
  if (!text.startsWith("{")) return [text];
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const value: unknown = JSON.parse(line);
    const note = typeof value === "object" && value !== null && "note" in value ? value.note : null;
    if (typeof note !== "string") throw new Error(`${path} has a line without a note`);
    return note;
  });
}
