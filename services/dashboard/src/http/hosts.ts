import { isIP } from 'node:net'
import { HEALTH_PATHS } from '@candlewick/service'
import type { onRequestHookHandler } from 'fastify'
import * as z from 'zod'

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** A host name or address without a port; an IPv6 address stands in brackets. */
export const HostName = z
  .string()
  .toLowerCase()
  .refine(name => nameOf(name) === name, 'is not a host name or address without a port, e.g. desk.example or [::1]')

/**
 * The names under which the page's server answers. A page on another site that rebinds its DNS name to this address sends that
 * name as Host, with an Origin that agrees with it. Only a list of names distinguishes it from our own page.
 */
export class Hosts {
  readonly #names: ReadonlySet<string>

  /** @param names host names and addresses without port, in lower case, in addition to those of this machine */
  constructor(names: readonly string[]) {
    this.#names = new Set([...OWN_NAMES, ...names])
  }

  /** @param host the header Host; its port does not count, because Docker and proxies map it to another one */
  allows(host: string | undefined): boolean {
    const name = nameOf(host)
    return name !== undefined && this.#names.has(name)
  }

  /**
   * For health and metrics, which Prometheus and probes request by the address of a pod or container. It also allows any IP
   * address, and a request without the header. A rebound name is neither.
   */
  allowsProbe(host: string | undefined): boolean {
    return host === undefined || this.allows(host) || isAddress(nameOf(host) ?? '')
  }
}

/** Refuses requests, also upgrades to WebSockets, that are addressed to a name which is not ours. */
export const guardedBy =
  (hosts: Hosts): onRequestHookHandler =>
  (request, reply, done) => {
    const host = request.raw.headersDistinct.host?.join(', ')
    // A request line may name a host, too, which then counts: RFC 9112, 3.2.2.
    const named = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(request.url)?.[1]
    const isProbe = HEALTH_PATHS.includes(request.url.split('?')[0] ?? '')
    const isOurs = isProbe ? hosts.allowsProbe(host) : hosts.allows(host)
    if (isOurs && (named === undefined || hosts.allows(named))) done()
    else reply.code(421).send({ error: misdirected(isOurs ? named : host) })
  }

/** Why a request was refused, and the remedy. */
const misdirected = (host: string | undefined): string =>
  `This server does not answer to the name ${(host ?? '(none)').slice(0, 100)}; if it is yours, add it to DASHBOARD_HOSTS`

const isAddress = (name: string): boolean => isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0

/** @returns the header's name without the port, as URLs spell it; undefined if it is not a host. */
function nameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return undefined
  return URL.parse(`http://${host}`)?.hostname
}
