/** The settings of the embedded product. @module */
import { z } from "zod";
import { hasProviderKey } from "../../proxy/config.ts";

const port = (standard: number) =>
  z.string().regex(/^\d{1,5}$/, "expected a port number").transform(Number)
    .refine((value) => value <= 65_535, "expected a port number below 65,536").default(standard);

const settingsSchema = z.object({
  SARGALAY_DATA_DIR: z.string().min(1).default(".data"),
  SARGALAY_HOST: z.string().min(1).default("127.0.0.1"),
  SARGALAY_PROXY_PORT: port(8787),
  SARGALAY_LEDGER_PORT: port(8788),
  SARGALAY_PROJECTIONS_PORT: port(8789),
  SARGALAY_WEB_PORT: port(8000),
  SARGALAY_SIMULATOR_PORT: port(8790),
  SARGALAY_CHECKPOINT_DIRS: z.string().default("").transform((text) =>
    text.split(",").map((part) => part.trim()).filter((part) => part !== "")
  ),
  SARGALAY_CHECKPOINT_UNVERIFIED_START: z.enum(["yes", "no"]).default("no"),
});

/** Where each part listens; 0 lets the system choose. */
export interface EmbeddedPorts {
  readonly proxy: number;
  readonly ledger: number;
  readonly projections: number;
  readonly web: number;
  readonly simulator: number;
}

/** Everything that can be set, beside what `proxy/config.ts` reads. */
export interface EmbeddedConfig {
  readonly dataDir: string;
  readonly host: string;
  readonly ports: EmbeddedPorts;
  /** Where checkpoints are kept beside the data folder. */
  readonly checkpointDirs: readonly string[];
  /** Whether to run although no directory has a checkpoint of a log that was signed. */
  readonly unverifiedStart: boolean;
  /** Whether answers come from the simulator, because no upstream is set. */
  readonly simulated: boolean;
}

/** Reads the settings; an empty one counts as absent. Throws Error naming every bad one. */
export function readEmbeddedConfig(
  environment: Readonly<Record<string, string | undefined>>,
): EmbeddedConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    );
  }
  const { data } = parsed;
  return {
    dataDir: data.SARGALAY_DATA_DIR,
    host: data.SARGALAY_HOST,
    ports: {
      proxy: data.SARGALAY_PROXY_PORT,
      ledger: data.SARGALAY_LEDGER_PORT,
      projections: data.SARGALAY_PROJECTIONS_PORT,
      web: data.SARGALAY_WEB_PORT,
      simulator: data.SARGALAY_SIMULATOR_PORT,
    },
    checkpointDirs: data.SARGALAY_CHECKPOINT_DIRS,
    unverifiedStart: data.SARGALAY_CHECKPOINT_UNVERIFIED_START === "yes",
    // As the proxy decides it: without a provider, the simulator serves.
    simulated: given.SARGALAY_UPSTREAMS === undefined && !hasProviderKey(given),
  };
}
