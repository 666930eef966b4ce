/**
 * An upstream that speaks the protocols of OpenAI, Anthropic, Google and Cohere with true usage
 * figures and, by the model's name, misbehaves. For development, tests and benchmarks; every answer says that it is simulated.
 *
 * @module
 */
export { FAULT_MODELS } from "./faults.ts";
export type { SimulatorOptions } from "./options.ts";
export { type Simulator, startSimulator } from "./server.ts";
