/** What became of an HTTP request that gave no reply. */
export type Failure =
  /** 429: the endpoint asks to wait. */
  | 'throttled'
  | 'server_error'
  | 'timeout'
  | 'connection'
  /** The account, key, address or deployment is refused: no request of ours will do better. */
  | 'rejected'
  /** This request is refused, and would be again. */
  | 'request_rejected'
  /** A kind of `response_format` is refused, whatever is asked for in it: ask in a simpler way. */
  | 'format_rejected'
  /** The JSON Schema of this request is refused; another may be taken. */
  | 'schema_rejected'
  /** This request is refused without a word why: perhaps for its `response_format`. */
  | 'unexplained'
  | 'context_length'
  | 'content_filter'
  /** We ended it. */
  | 'aborted';
