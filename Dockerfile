# One image for every room; the command picks the room, as in docker-compose.yml.
FROM denoland/deno:2.9.6

WORKDIR /app
RUN chown deno:deno /app && install -d -o deno -g deno /var/lib/sargalay/checkpoints
USER deno

# Dependencies change less often than the source: the lock alone decides this layer.
COPY --chown=deno:deno deno.json import_map.json deno.lock ./
RUN deno install --frozen

COPY --chown=deno:deno . .
RUN deno install --frozen --entrypoint \
    proxy/main.ts ledger/main.ts projections/main.ts web/main.ts scripts/simulator/main.ts

# Rooms listen on every interface of their container; compose decides what is published.
ENV SARGALAY_HOST=0.0.0.0 \
    SARGALAY_PROXY_HOST=0.0.0.0 \
    DENO_NO_UPDATE_CHECK=1 \
    DENO_NO_PROMPT=1

CMD ["task", "--quiet", "proxy"]
