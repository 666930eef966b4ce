/** Folders of recordings: `FOLDER/<provider>/*.json`, flat, or nested in any other way. @module */
import type { Recording } from "../../tests/recordings/mod.ts";

/** A file that could not be read as a recording. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/** The paths of all recordings below a folder, sorted; `index.json` is none. */
export async function recordingPaths(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory, isFile, isSymlink } of Deno.readDir(folder)) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    if (isDirectory) paths.push(...await recordingPaths(path));
    const readable = isFile || (isSymlink && (await Deno.stat(path)).isFile);
    if (readable && name.endsWith(".json") && name !== "index.json") paths.push(path);
  }
  return paths.sort();
}

/**
 * Reads one recording, without what only describes it (`sse`).
 *
 * @throws {RecordingError} naming the file, when it is no recording
 */
export async function readRecording(path: string): Promise<Recording> {
  const value = parsed(path, await Deno.readTextFile(path));
  if (!isRecording(value)) {
    throw new RecordingError(`${path} is no recording: id, provider, api, request and response`);
  }
  const { sse: _sse, ...recording } = value as Recording & { sse?: unknown };
  const { request, response } = recording;
  return {
    ...recording,
    // Whoever wrote it may have left out what has no value.
    model: recording.model ?? null,
    streaming: recording.streaming === true,
    framing: recording.framing ?? (recording.streaming === true ? "sse" : "json"),
    tags: recording.tags ?? [],
    expected_usage: recording.expected_usage ?? null,
    request: {
      ...request,
      headers: request.headers ?? {},
      body: request.body ?? null,
      body_elided: request.body_elided === true,
    },
    response: { ...response, headers: response.headers ?? {} },
  };
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RecordingError(`${path} is no JSON: ${(error as Error).message}`);
  }
}

function isRecording(value: unknown): value is Recording {
  if (typeof value !== "object" || value === null) return false;
  const { id, provider, api, request, response } = value as Partial<Recording>;
  return typeof id === "string" && typeof provider === "string" && typeof api === "string" &&
    typeof request === "object" && request !== null && typeof request.url === "string" &&
    typeof response === "object" && response !== null &&
    typeof response.status === "number" && typeof response.body === "string";
}
