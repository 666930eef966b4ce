/** The images that stand in for missing programs: those of docker-compose.yml. @module */

/** PostgreSQL. */
export const POSTGRES_IMAGE = "postgres:17.6-alpine";

/** nats-server. */
export const NATS_IMAGE = "nats:2.12.3-alpine";
