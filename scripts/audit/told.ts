/** What an auditor tells the verifier: keys, and checkpoints that were kept elsewhere. @module */
import { fromBase64, type NamedKey } from "../../shared/verifier/mod.ts";

/**
 * The keys that a `--key` names: `NAME:BASE64` itself, or a file with one a line (empty lines and
 * lines that begin with `#` are passed over). Throws an Error that says what is wrong.
 */
export async function readKeys(argument: string): Promise<NamedKey[]> {
  const direct = keyOf(argument);
  if (direct !== null) return [direct];
  const text = await Deno.readTextFile(argument).catch(() => {
    throw new Error(`--key ${argument} is neither NAME:BASE64 of 32 bytes nor a file`);
  });
  const lines = text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length === 0) throw new Error(`--key ${argument} holds no key`);
  return lines.map((line) => {
    const key = keyOf(line);
    if (key === null) throw new Error(`--key ${argument}: ${line} is not NAME:BASE64 of 32 bytes`);
    return key;
  });
}

function keyOf(text: string): NamedKey | null {
  const colon = text.lastIndexOf(":");
  const publicKey = fromBase64(text.slice(colon + 1));
  return colon > 0 && publicKey?.length === 32 ? { name: text.slice(0, colon), publicKey } : null;
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
