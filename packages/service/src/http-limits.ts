/** Every bound of the HTTP servers; docs/security.md lists them for operators. */
export const HTTP_LIMITS = {
  headerBytes: 8192,
  headerFields: 100,
  /** From a connection's first byte until its header is complete. */
  headerMs: 5000,
  /** Until a request has arrived as a whole. */
  requestMs: 10_000,
  /** No request that is answered here needs a body. */
  bodyBytes: 1024,
  /** How long a connection without a request stays open. */
  idleMs: 5000,
  /** How long a connection may stay without any traffic, such as one whose client does not read the answer. */
  silenceMs: 30_000,
  /** How often Node looks for connections beyond the limits above; its default is every 30 s. */
  checkMs: 1000,
  connections: 100,
} as const
