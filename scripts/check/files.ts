/**
 * The modules of the repository.
 *
 * @module
 */

const skipped = new Set(["node_modules", "coverage", "web/_fresh", "tests/output"]);

/** Every TypeScript module below `root`, hidden and generated folders aside, sorted. */
export async function listModules(root: URL): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      if (isDirectory && !skipped.has(folder + name) && !name.startsWith(".")) {
        await visit(`${folder}${name}/`);
      } else if (/\.tsx?$/.test(name) && !name.endsWith(".d.ts")) found.push(`${folder}${name}`);
    }
  };
  await visit("");
  return found.sort();
}
