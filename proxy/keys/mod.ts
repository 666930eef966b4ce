/** The keys that calls use at providers: whose, in which order, and how they are opened. @module */
export { createKeyring, type Keyring } from "./keyring.ts";
export {
  chooseKey,
  type ChosenKey,
  type KeyChoice,
  type KeyChoices,
  type KeyedProvider,
  type KeyLevel,
  type KeyOwner,
  type KeySources,
  settingKeyId,
  type SkippedKey,
  usableKeys,
} from "./levels.ts";
