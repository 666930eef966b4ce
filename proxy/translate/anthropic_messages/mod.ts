/** Anthropic's messages. @module */
import { EVENT_STREAM, type Wire } from "../wire.ts";
import { messagesReads, readMessagesAnswer } from "./read_answer.ts";
import { MESSAGES_NAMES, readMessagesRequest } from "./read_request.ts";
import { messagesWrites, writeMessagesAnswer } from "./write_answer.ts";
import { writeMessagesRequest } from "./write_request.ts";

/** See the module. */
export const messagesWire: Wire = {
  dialect: "anthropic.messages",
  names: MESSAGES_NAMES,
  readRequest: readMessagesRequest,
  writeRequest: writeMessagesRequest,
  streamType: () => EVENT_STREAM,
  readAnswer: readMessagesAnswer,
  writeAnswer: writeMessagesAnswer,
  reads: messagesReads,
  writes: messagesWrites,
};
