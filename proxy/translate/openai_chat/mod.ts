/** OpenAI's chat completions. @module */
import { EVENT_STREAM, type Wire } from "../wire.ts";
import { chatReads, readChatAnswer } from "./read_answer.ts";
import { CHAT_NAMES, readChatRequest } from "./read_request.ts";
import { chatWrites, writeChatAnswer } from "./write_answer.ts";
import { writeChatRequest } from "./write_request.ts";

/** See the module. */
export const chatWire: Wire = {
  dialect: "openai.chat.completions",
  names: CHAT_NAMES,
  readRequest: readChatRequest,
  writeRequest: writeChatRequest,
  streamType: () => EVENT_STREAM,
  readAnswer: readChatAnswer,
  writeAnswer: writeChatAnswer,
  reads: chatReads,
  writes: chatWrites,
};
