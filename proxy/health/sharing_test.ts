import { createInProcessBus } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { describeHealthSharing } from "./sharing_contract.ts";

describeHealthSharing("the in-process bus", () => {
  const bus = createInProcessBus(createEffects(platformOf(globalThis)));
  return Promise.resolve({ one: bus, other: bus });
});
