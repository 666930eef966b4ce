/**
 * The contenders without billing: a server that hands upstream's answer on as it is, and one that
 * touches each chunk in JavaScript, as anything must that looks at a stream. Run as a process:
 * `pass_through.ts bare|touching <upstream base URL>`; it prints its port.
 *
 * @module
 */

async function forward(request: Request, upstream: string): Promise<Response> {
  const { pathname } = new URL(request.url);
  return await fetch(upstream + pathname, {
    method: request.method,
    headers: { "content-type": "application/json" },
    body: await request.arrayBuffer(),
  });
}

function touched(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk);
      },
    }),
  );
}

if (import.meta.main) {
  const [kind, upstream] = Deno.args;
  if (upstream === undefined || (kind !== "bare" && kind !== "touching")) {
    throw new Error("usage: pass_through.ts bare|touching <upstream base URL>");
  }
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const answer = await forward(request, upstream);
      const body = kind === "touching" && answer.body ? touched(answer.body) : answer.body;
      return new Response(body, {
        status: answer.status,
        headers: { "content-type": answer.headers.get("content-type") ?? "application/json" },
      });
    },
  );
  console.log(server.addr.port);
}
