import { written } from '../memory/buffer-pool.ts'
import { Writer } from '../wire/writer.ts'

/** One API of the Kafka protocol in one version. */
export interface Api<Request, Response> {
  readonly name: string
  readonly key: number
  readonly version: number
  /** @returns the request without its header, in pieces, which are joined only once */
  encode(request: Request): readonly Buffer[]
  decode(payload: Buffer): Response
}

/**
 * RequestMessage => size api_key api_version correlation_id client_id request
 *   size => INT32
 *   api_key => INT16
 *   api_version => INT16
 *   correlation_id => INT32
 *   client_id => NULLABLE_STRING
 *
 * Request header version 1: https://kafka.apache.org/protocol.html#protocol_messages
 * @returns the whole message in a buffer of the pool `written`; give the buffer back once the request is answered
 */
export function frameRequest<Request>(
  api: Api<Request, unknown>,
  request: Request,
  { correlationId, clientId }: { readonly correlationId: number; readonly clientId: string },
): Buffer {
  const payload = api.encode(request)
  const header = new Writer()
  header.int32(0)
  header.int16(api.key)
  header.int16(api.version)
  header.int32(correlationId)
  header.string(clientId)
  const bytes = payload.reduce((sum, { length }) => sum + length, header.at)
  header.int32At(0, bytes - 4)
  const frame = written.take(bytes)
  let at = 0
  for (const piece of [header.written(), ...payload]) at += piece.copy(frame, at)
  return frame
}
