/** Builds what browsers load ahead of time, as for a container whose files can't be written. @module */
import { loadBuild } from "./mod.ts";

const { files } = await loadBuild();
console.log(`web/_fresh is up to date: ${files.size} files`);
