/** The routes of alerts: shapes, filters, pages, who may read what, and the live stream. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as shapes from "../../shared/read_api/mod.ts";
import { accountWith, ruleSet, settledCall } from "../../tests/projections/alert_world.ts";
import { openReadApi, type TestReadApi } from "../../tests/projections/read_api.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";

const effects = createEffects(platformOf(globalThis));
const patient = { timeout: 60_000, interval: 50 };
const developer = { role: "developer", accountId: "acc-1" } as const;
let api: TestReadApi;

beforeAll(async () => {
  api = await openReadApi();
  const spending = ["acc-1", "acc-2"].flatMap((accountId) => [
    ...accountWith(accountId, 10n ** 15n),
    ...settledCall({ effects }, accountId, 2_000_000_000n),
  ]);
  await append(...spending);
  await vi.waitFor(async () => {
    expect((await api.json("/v1/alerts?state=open")).items).toHaveLength(3);
  }, patient);
});
afterAll(() => api.close());

function append(...events: Parameters<TestReadApi["append"]>[0]): Promise<bigint> {
  return api.append(events, { recordedAtMs: effects.clock.nowMs() - 1_000, stepMs: 0 });
}

describe("alerts", () => {
  it("have the contract's shape, and so have their details, rules and deliveries", async () => {
    const page = await (await api.get("/v1/alerts")).json();
    const { items } = shapes.pageSchema(shapes.alertRowSchema.strict()).strict().parse(page);
    const one = await (await api.get(`/v1/alerts/${items[0]!.alertId}`)).json();
    const { item } = shapes.itemSchema(shapes.alertDetailSchema.strict()).strict().parse(one);
    expect(item.history).toHaveLength(1);
    const rules = await (await api.get("/v1/alert-rules")).json();
    const parsed = shapes.pageSchema(shapes.alertRuleRowSchema.strict()).strict().parse(rules);
    expect(parsed.items.map(({ ruleId }) => ruleId)).toContain("account-spend-warning");
    await vi.waitFor(async () => {
      const deliveries = await (await api.get("/v1/alert-deliveries?channel=log")).json();
      const shape = shapes.pageSchema(shapes.alertDeliveryRowSchema.strict()).strict();
      const { items } = shape.parse(deliveries);
      expect(items.map(({ status }) => status)).toEqual(["delivered", "delivered", "delivered"]);
    }, patient);
  });

  it.each([
    ["state=open", 3],
    ["state=firing", 3],
    ["state=acknowledged", 0],
    ["state=resolved", 0],
    ["severity=warning", 3],
    ["severity=critical", 0],
    ["rule=platform-spend-warning", 1],
    ["account=acc-2", 1],
    ["account=acc-2&rule=platform-spend-warning", 0],
  ])("are filtered by %s", async (filter, count) => {
    expect((await api.json(`/v1/alerts?${filter}`)).items).toHaveLength(count);
  });

  it.each(["state=on", "severity=info", "cursor=x", "limit=0", "unknown=1"])(
    "are refused with %s",
    async (filter) => {
      const answer = await api.json(`/v1/alerts?${filter}`);
      expect([answer.status, answer.error.param]).toEqual([400, filter.split("=")[0]]);
    },
  );

  it("come in pages that show every row once, newest first", async () => {
    const whole = await api.all("/v1/alerts", 200);
    expect(await api.all("/v1/alerts", 1)).toEqual(whole);
    const deliveries = await api.all("/v1/alert-deliveries", 200);
    expect(await api.all("/v1/alert-deliveries", 1)).toEqual(deliveries);
  });

  it("that do not exist are not there", async () => {
    for (const id of ["01990000-0000-7000-8000-000000000001", "nonsense"]) {
      expect((await api.get(`/v1/alerts/${id}`)).status).toBe(404);
    }
  });
});

describe("who sees what", () => {
  it("a developer sees alerts of the own account, and nothing else", async () => {
    const { items } = await api.json("/v1/alerts", developer);
    expect(items.map((row: shapes.AlertRow) => row.accountId)).toEqual(["acc-1"]);
    expect((await api.get("/v1/alerts?account=acc-2", developer)).status).toBe(403);
    const all = (await api.json("/v1/alerts")).items as shapes.AlertRow[];
    for (const { alertId, accountId } of all) {
      const expected = accountId === "acc-1" ? 200 : 404;
      expect((await api.get(`/v1/alerts/${alertId}`, developer)).status).toBe(expected);
    }
    for (const path of ["/v1/alert-rules", "/v1/alert-deliveries"]) {
      expect((await api.get(path, developer)).status).toBe(403);
    }
  });

  it.each(["support", "finance_preparer", "finance_approver", "auditor", "operator"] as const)(
    "%s reads alerts, rules and deliveries",
    async (role) => {
      for (const path of ["/v1/alerts", "/v1/alert-rules", "/v1/alert-deliveries"]) {
        expect((await api.get(path, { role })).status).toBe(200);
      }
    },
  );
});

/** Reads server-sent events of a stream. */
function listen(response: Response) {
  const told: { id: string; row: shapes.AlertRow }[] = [];
  let text = "";
  const reading = (async () => {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const match = /^event: alert\nid: (\d+)\ndata: (.+)$/.exec(block);
        if (match === null) continue;
        told.push({ id: match[1]!, row: shapes.liveAlertSchema.parse(JSON.parse(match[2]!)) });
      }
    }
  })().catch(() => {});
  return { told, reading };
}

describe("live alerts", () => {
  it("begin with what is open, tell changes, and go on where a client left off", async () => {
    const all = listen(await api.get("/v1/live/alerts"));
    const own = listen(await api.get("/v1/live/alerts", developer));
    await vi.waitFor(() => expect([all.told.length, own.told.length]).toEqual([3, 1]), patient);
    const { alertId } = own.told[0]!.row;
    const left = all.told.at(-1)!.id;
    await append({ type: "AlertAcknowledged", payload: { alertId, note: "seen" } });
    await vi.waitFor(() => {
      expect(own.told.at(-1)!.row.state).toBe("acknowledged");
      expect(all.told.at(-1)!.row.state).toBe("acknowledged");
    }, patient);
    expect([all.told.length, own.told.length]).toEqual([4, 2]);
    const again = listen(await api.get(`/v1/live/alerts?after=${left}`));
    await vi.waitFor(() => expect(again.told).toHaveLength(1), patient);
    expect(again.told[0]!.row.alertId).toBe(alertId);
    expect((await api.get("/v1/live/alerts?after=x")).status).toBe(400);
    // Who noted what is shown to the platform's own people only.
    const seen = async (as: Parameters<TestReadApi["json"]>[1]) =>
      (await api.json(`/v1/alerts/${alertId}`, as)).item.history[1];
    expect(await seen({ role: "admin" })).toMatchObject({ actor: "system:test", note: "seen" });
    expect(await seen(developer)).toMatchObject({ actor: null, note: null, state: "acknowledged" });
  });

  it("tell a resolution when a rule is switched off", async () => {
    const stream = listen(await api.get("/v1/live/alerts"));
    await vi.waitFor(() => expect(stream.told).toHaveLength(3), patient);
    const condition = {
      kind: "spend_per_hour",
      scope: "platform",
      accountId: null,
      aboveNanoUsd: 1n,
    } as const;
    await append(ruleSet("platform-spend-warning", 1, { enabled: false, condition }));
    await vi.waitFor(() => {
      expect(stream.told.at(-1)!.row).toMatchObject({
        ruleId: "platform-spend-warning",
        state: "resolved",
        resolution: "rule_disabled",
      });
    }, patient);
    const rules = (await api.json("/v1/alert-rules")).items as shapes.AlertRuleRow[];
    expect(rules.find(({ ruleId }) => ruleId === "platform-spend-warning")).toMatchObject({
      ruleVersion: 1,
      origin: "set",
      hasDefault: true,
      enabled: false,
      setBy: "system:test",
      condition: { aboveNanoUsd: "1" },
      evaluation: { state: "disabled", openAlerts: 0 },
    });
  });
});
