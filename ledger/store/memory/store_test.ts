import { eventStoreContract } from "../store_contract.ts";
import { createMemoryEventStore, emptyTables } from "./mod.ts";

eventStoreContract("memory", () => {
  let nowMs = 1_700_000_000_000;
  const store = createMemoryEventStore(emptyTables(), { nowMs: () => nowMs });
  return Promise.resolve({
    store,
    endLease() {
      // Longer than any lease.
      nowMs += 60_001;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
