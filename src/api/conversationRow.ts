/** One turn of a conversation. */
export interface ChatMessage {
  /** `user`, `assistant`, `system`, …; `human`, `ai`, `bot`, `gpt` and `model` are understood. */
  readonly role: string;
  readonly content: string | null | readonly { readonly type: string; readonly text?: string }[];
}

/** Anything that has a conversation. */
export interface ConversationRow {
  /** Messages in order, or text: JSON of such messages, else one message of the user. Null is `skipped`. */
  readonly conversation: string | readonly ChatMessage[] | null;
}
