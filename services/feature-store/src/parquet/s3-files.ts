import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Files } from './files.ts'

const ATTEMPTS_MAX = 3
const CONNECT_MS = 5_000
const REQUEST_MS = 60_000

/**
 * A dataset in S3 or another store that speaks S3's protocol. The client itself reads endpoint, region and credentials from AWS's
 * usual variables (`AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …). An object appears only when it is complete.
 */
export class S3Files implements Files {
  readonly location: string
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string

  /** @param url `s3://bucket/prefix` */
  constructor(url: string) {
    const { hostname, pathname } = new URL(url)
    const prefix = pathname.replace(/^\/+|\/+$/g, '')
    this.location = url
    this.#bucket = hostname
    this.#prefix = prefix === '' ? '' : `${prefix}/`
    this.#client = new S3Client({
      maxAttempts: ATTEMPTS_MAX,
      // MinIO, moto and others have no host name for each bucket.
      forcePathStyle: true,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
    })
  }

  async put(path: string, bytes: Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + path, Body: bytes }))
  }

  async get(path: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + path }))
      return Body && Buffer.from(await Body.transformToByteArray())
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  }

  /** An interrupted PUT leaves nothing. */
  async removeUnfinished(): Promise<void> {}

  close(): void {
    this.#client.destroy()
  }
}
