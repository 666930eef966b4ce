/** Realtime sessions: admitted like calls, and open until their sockets close. @module */
import { FailureError } from "../shared/errors.ts";
import { answerFailure } from "./answers.ts";
import type { ProxyDeps } from "./app.ts";
import type { Caller } from "./authenticate/mod.ts";
import type { CallPlan } from "./candidates.ts";
import { admit, checkHeaders, type Peer, refuseWhenOverloaded } from "./gate.ts";
import { planCall } from "./plan.ts";
import { openRealtime, type RealtimeProtocol } from "./realtime/mod.ts";

/** Answers with the upgrade, or with why there is no session. */
export async function takeSession(
  deps: ProxyDeps,
  { request, requestId, peer, protocol }: {
    readonly request: Request;
    readonly requestId: string;
    readonly peer: Peer;
    readonly protocol: RealtimeProtocol;
  },
): Promise<Response> {
  try {
    checkHeaders(deps, request);
    const caller = admit(deps, request, peer);
    refuseWhenOverloaded(deps);
    const admitted = deps.admission.enter(caller.keyId);
    if ("failure" in admitted) throw new FailureError(admitted.failure);
    const { leave } = admitted;
    try {
      const find = (name: string) =>
        planSession(deps, { name, requestId, caller, request, protocol });
      return await openRealtime(deps, { request, requestId, protocol, caller, find, leave });
    } catch (error) {
      leave();
      throw error;
    }
  } catch (error) {
    const path = new URL(request.url).pathname;
    return answerFailure(deps.log, error, { requestId, path });
  }
}

/** The candidates for a session: no other model than the first one's can serve it. */
function planSession(deps: ProxyDeps, { name, requestId, caller, request, protocol }: {
  readonly name: string;
  readonly requestId: string;
  readonly caller: Caller;
  readonly request: Request;
  readonly protocol: RealtimeProtocol;
}): CallPlan["candidates"] {
  const { candidates: [first, ...rest] } = planCall(deps, {
    name,
    requestId,
    caller,
    kind: "realtime",
    takes: ({ profile }) => profile.realtime?.[protocol.name] !== undefined,
    headers: request.headers,
    inputTokens: 0,
    outputTokens: null,
    units: {},
    inputModalities: ["text", "audio"],
    capabilities: [],
    streaming: true,
  });
  return [first, ...rest.filter(({ model }) => model === first.model)];
}
