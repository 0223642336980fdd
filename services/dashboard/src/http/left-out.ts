import type { FastifyReply } from 'fastify'

/** Names what an answer leaves out, in the header `x-left-out`: "487 pairs: raise DASHBOARD_SERIES_MAX (now 1000)". */
export const noteLeftOut = (reply: FastifyReply, text: string): void => void reply.header('x-left-out', text)
