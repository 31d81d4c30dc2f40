/** One turn of a conversation, after the input rules: role in lower case, content as plain text. */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** How a conversation of more than `maxTokens` tokens is cut. */
export interface Truncation {
  readonly maxTokens: number;
  readonly strategy: 'head' | 'tail' | 'head_tail' | 'user_first' | 'per_message';
}
