import 'reflect-metadata'
import type { webcrypto } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** Paths of a certificate's and its key's PEM files; the file `both` contains the two, as Kafka requires. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
  readonly both: string
}

export interface Wanted {
  /** Common name, from which Kafka derives the user `User:CN=name`. */
  readonly name: string
  readonly ips?: readonly string[]
  readonly expired?: boolean
}

/** A certificate authority whose certificates are files in a folder. */
export class Authority {
  readonly #folder: string
  readonly #name: string
  readonly #keys: webcrypto.CryptoKeyPair
  readonly #certificate: X509Certificate

  private constructor(folder: string, name: string, keys: webcrypto.CryptoKeyPair, certificate: X509Certificate) {
    this.#folder = folder
    this.#name = name
    this.#keys = keys
    this.#certificate = certificate
  }

  static async make(folder: string, name: string): Promise<Authority> {
    const keys = await keyPair()
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      ...validity(false),
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    })
    await writeFile(join(folder, `${name}.crt`), certificate.toString('pem'))
    return new Authority(folder, name, keys, certificate)
  }

  /** The authority's own certificate, for clients that trust it. */
  get file(): string {
    return join(this.#folder, `${this.#name}.crt`)
  }

  async issue({ name, ips = [], expired = false }: Wanted): Promise<CertificateFiles> {
    const keys = await keyPair()
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      ...validity(expired),
      extensions:
        ips.length > 0 ? [new SubjectAlternativeNameExtension(ips.map(value => ({ type: 'ip', value })))] : [],
    })
    const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
    const at = (ending: string) => join(this.#folder, `${this.#name}-${name}.${ending}`)
    const files = { cert: at('crt'), key: at('key'), both: at('pem') }
    const cert = certificate.toString('pem')
    await writeFile(files.cert, cert)
    await writeFile(files.key, key)
    await writeFile(files.both, `${key}\n${cert}\n`)
    return files
  }
}

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

function validity(expired: boolean): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return expired
    ? { notBefore: new Date(now - 2 * DAY_MS), notAfter: new Date(now - DAY_MS) }
    : { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + DAY_MS) }
}
