/** One event in full: what it says, what it moved, and where it stands in the chain. */
import { HttpError, page } from "fresh";
import type { EventDetail } from "../../../../../shared/read_api/mod.ts";
import { define, roomsFor, type State } from "../../../../state.ts";
import { EventLink, Facts, Legs, PageHead, Panel, Table, Time } from "../../../../ui/mod.ts";

export const handler = define.handlers<EventDetail>({
  async GET(ctx) {
    const { audit } = roomsFor(ctx.state, "ledger:read", null);
    const { shard = "", position = "" } = ctx.params;
    const detail = await audit.event(shard, position);
    if (detail === null) throw new HttpError(404, `there is no event ${position}`);
    return page(detail);
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { t } = state;
  const { event } = data;
  state.title = `${event.type} ${event.position}`;
  return (
    <>
      <PageHead
        title={
          <>
            {event.type} <span class="quiet">#{event.position}</span>
          </>
        }
        crumb={{ href: "/events", text: t("events") }}
      >
        <Neighbour event={data.previous} text={`← ${t("older")}`} rel="prev" />
        <Neighbour event={data.next} text={`${t("newer")} →`} rel="next" />
      </PageHead>
      <div class="stack">
        <div class="split split-even">
          <Panel id="facts" title={t("event")}>
            <EventFacts detail={data} state={state} />
          </Panel>
          <Panel id="payload" title={t("payload")} intro={t("payload_intro")}>
            <pre class="payload" tabIndex={0}>{JSON.stringify(event.payload, null, 2)}</pre>
          </Panel>
        </div>
        <Panel id="legs" title={t("legs")} intro={t("legs_intro")} flush>
          <Legs legs={data.legs} t={t} />
        </Panel>
        <Panel id="chain" title={t("chain")} intro={t("chain_intro")}>
          <Chain detail={data} state={state} />
          <p class="flex flex-wrap gap-3 mt-3">
            <a
              class="button button-quiet"
              href={`/events/${event.shard}/${event.position}/proof`}
            >
              {t("proof_download")}
            </a>
            <a
              class="button button-quiet"
              href={`/verify?event=${event.shard}/${event.position}`}
            >
              {t("receipt_verify")}
            </a>
          </p>
        </Panel>
        {data.ofRequest.length > 0 && (
          <Panel id="of-request" title={t("events_of_request")} flush>
            <Table
              caption={t("events_of_request")}
              rows={data.ofRequest}
              keyOf={(row) => row.eventId}
              columns={[
                { title: t("event"), head: true, cell: (row) => <EventLink event={row} /> },
                { title: t("time"), cell: (row) => <Time atMs={row.recordedAtMs} /> },
              ]}
            />
          </Panel>
        )}
      </div>
    </>
  );
});

function Neighbour(
  { event, text, rel }: { event: EventDetail["next"]; text: string; rel: "prev" | "next" },
) {
  if (event === null) return null;
  return (
    <a class="button button-quiet" rel={rel} href={`/events/${event.shard}/${event.position}`}>
      {text}
    </a>
  );
}

function EventFacts({ detail, state: { t } }: { detail: EventDetail; state: State }) {
  const { event, previousInStream, nextInStream } = detail;
  const none = <span class="quiet">–</span>;
  return (
    <Facts
      rows={[
        { name: t("recorded_at"), value: <Time atMs={event.recordedAtMs} /> },
        { name: t("occurred_at"), value: <Time atMs={event.occurredAtMs} /> },
        { name: t("actor"), value: <code class="break">{event.actor}</code> },
        { name: t("stream"), value: <code class="break">{event.stream}</code> },
        { name: t("version"), value: event.version },
        {
          name: t("previous_in_stream"),
          value: previousInStream === null ? none : <EventLink event={previousInStream} />,
        },
        {
          name: t("next_in_stream"),
          value: nextInStream === null ? none : <EventLink event={nextInStream} />,
        },
        {
          name: t("request"),
          value: event.requestId === null ? none : (
            <a href={`/requests/${event.requestId}`}>
              <code class="break">{event.requestId}</code>
            </a>
          ),
        },
        { name: t("event_id"), value: <code class="break">{event.eventId}</code> },
      ]}
    />
  );
}

function Chain({ detail: { hash, frame }, state: { t } }: { detail: EventDetail; state: State }) {
  const hashText = (value: string) => <code class="break">{value}</code>;
  return (
    <Facts
      rows={[
        { name: t("leaf_hash"), value: hashText(hash) },
        ...(frame === null ? [] : [
          {
            name: t("frame"),
            value: t("frame_range", {
              first: frame.firstPosition,
              last: (BigInt(frame.firstPosition) + BigInt(frame.count) - 1n).toString(),
              epoch: frame.epoch,
            }),
          },
          { name: t("merkle_root"), value: hashText(frame.merkleRoot) },
          { name: t("frame_hash"), value: hashText(frame.hash) },
          { name: t("previous_frame_hash"), value: hashText(frame.previousHash) },
        ]),
      ]}
    />
  );
}
