/** Every bound of the HTTP servers; docs/security.md lists them for operators. */
export const HTTP_LIMITS = {
  headerBytes: 8192,
  headerFields: 100,
  /** Maximum time from a connection's first byte until its header is complete. */
  headerMs: 5000,
  /** Maximum time until a request has arrived completely. */
  requestMs: 10_000,
  /** No route needs a body. */
  bodyBytes: 1024,
  /** How long a connection without a request stays open. */
  idleMs: 5000,
  /** How long a connection may stay without any traffic, such as one whose client does not read the answer. */
  silenceMs: 30_000,
  /** How often Node looks for connections beyond the limits above; its default is every 30 s. */
  checkMs: 1000,
  connections: 100,
} as const
