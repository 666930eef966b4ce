/** An export in a directory. @module */
import type { ExportSource } from "../../shared/verifier/mod.ts";

/** How much is read at a time, in bytes. */
const PIECE = 1_048_576;

/** The files of a directory, as the verifier reads them. */
export function directorySource(directory: string): ExportSource {
  return {
    async names() {
      const names: string[] = [];
      for await (const entry of Deno.readDir(directory)) names.push(entry.name);
      return names;
    },
    async *open(name) {
      using file = await Deno.open(`${directory}/${name}`).catch((error) => {
        if (error instanceof Deno.errors.NotFound) throw new Error("there is no such file");
        throw error;
      });
      const piece = new Uint8Array(PIECE);
      for (let read = await file.read(piece); read !== null; read = await file.read(piece)) {
        yield piece.subarray(0, read);
      }
    },
  };
}
