/** What the broker of the simulated world shares with its clients. @module */
import type { DurableMessage } from "../../shared/bus/mod.ts";
import type { MemoryStream } from "../../shared/bus/memory_stream.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { Conditions } from "./conditions.ts";
import type { Process } from "./process.ts";
import type { Seeded } from "./random.ts";

/** What is seen of the bus from outside. */
export interface BusWitness {
  /** A responder's answer leaves its process. */
  answered(subject: string, request: JsonValue, answer: JsonValue): void;
  /** A broadcast leaves its process. */
  published(subject: string, message: JsonValue): void;
  /** The stream has told a publisher that it has a message. */
  stored(message: JsonValue, by: Process): void;
  /** A consumer has acknowledged a message of the stream. */
  acknowledged(message: DurableMessage): void;
}

/** Somebody who takes messages on some subjects. */
interface Member {
  readonly process: Process;
  readonly matches: (subject: string) => boolean;
}
/** Somebody who answers. */
export interface Responder extends Member {
  readonly queue: string;
  answer(text: string, subject: string): Promise<JsonValue>;
}
/** Somebody who hears broadcasts. */
export interface Listener extends Member {
  receive(text: string, subject: string): void;
}

/** A stream with the ways to empty it and to let it fill again. */
export interface KeptStream {
  readonly stream: MemoryStream;
  readonly bound: () => void;
  readonly wipe: () => void;
}

/** What the broker shares with its clients. */
export interface Wires {
  readonly server: Process;
  readonly random: Seeded;
  readonly conditions: Conditions;
  readonly witness: BusWitness;
  readonly responders: Set<Responder>;
  readonly listeners: Set<Listener>;
  readonly streams: Map<string, KeptStream>;
  /** Sequences in the stream that nobody has acknowledged. */
  readonly unacknowledged: Set<number>;
  /** Carries something from a process to the broker, if it arrives. */
  toBroker(process: Process, label: string, task: () => void): void;
  /** Carries something from the broker to a process, if it arrives. */
  toProcess(process: Process, label: string, task: () => void): void;
}
