import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hasPython, pythonEnvironment } from '../../../../tests/python-environment.ts'
import { FEATURES } from '../../src/kind.ts'
import { ParquetStore } from '../../src/parquet/parquet-store.ts'
import { S3Files } from '../../src/parquet/s3-files.ts'
import { readParquet } from '../parquet/dataset.ts'
import { featureRow, MINUTE_MS, stored } from '../rows.ts'
import { freePort, started, type TestServer } from './server.ts'

const isPossible = hasPython()
if (!isPossible) console.warn('S3 is not tested here: its server, moto, needs python3 with venv')
const SOURCE = { topic: 'technical-indicators', partition: 0 }

describe.skipIf(!isPossible)('a dataset in S3', () => {
  let server: TestServer

  beforeAll(async () => {
    const bin = await pythonEnvironment(['moto[server]==5.*'])
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    const folder = mkdtempSync(join(tmpdir(), 'candlewick-s3-'))
    server = await started(url, folder, [join(bin, 'moto_server'), ['-H', '127.0.0.1', '-p', port]], () => fetch(url))
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'secret',
    }))
      vi.stubEnv(name, value)
    await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'features' }))
  }, 300_000)

  afterAll(async () => {
    vi.unstubAllEnvs()
    await server.close()
  })

  it('holds the files of a local folder, and the position to continue from', async () => {
    const files = new S3Files('s3://features/some/prefix/')
    const store = new ParquetStore({ files, periodMs: 2 * MINUTE_MS, kinds: new Map([[SOURCE.topic, FEATURES]]) })
    const sink = await store.open(SOURCE)
    expect(sink.position).toBeNull()
    const rows = [0, 1, 2, 3, 4].map(n => stored(n, featureRow(n)))
    await sink.write({ rows, next: 5 })
    const { position } = await store.open(SOURCE)
    expect(position).toBeGreaterThan(0)
    const name = `technical-indicators-0-${'0'.repeat(16)}-${String(1).padStart(16, '0')}.parquet`
    const bytes = await files.get(`features/interval=1m/date=2026-01-01/${name}`)
    expect(await readParquet(bytes!)).toHaveLength(1)
    await store.close()
  })

  it('names a bucket that does not exist', async () => {
    const files = new S3Files('s3://nowhere')
    await expect(files.put('a', Buffer.from('b'))).rejects.toThrow(/bucket does not exist/i)
    files.close()
  })
})
