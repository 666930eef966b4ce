/** The keys that calls use at providers: whose, in which order, and how they are opened. @module */
export { createKeyring, type Keyring } from "./keyring.ts";
export {
  chooseKey,
  type ChosenKey,
  environmentKeyId,
  freeKeyId,
  type KeyChoice,
  type KeyedProvider,
  type KeyLevel,
  type KeyOwner,
  type KeySources,
  type SkippedKey,
} from "./levels.ts";
