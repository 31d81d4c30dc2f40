/** An answer that is an error, in OpenAI's shape. */
export interface Problem {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

/** The response body of a problem. */
export function problemBody({ message, type, code, param }: Problem): string {
  return JSON.stringify({ error: { message, type, code, param } });
}

/** A fault of the request itself: sending it again does not help. */
export function badRequest(
  message: string,
  param: string | null = null,
  code: string | null = null,
): Problem {
  return { status: 400, message, type: 'invalid_request_error', code, param };
}

export function isProblem(value: object): value is Problem {
  return 'status' in value && 'message' in value;
}
