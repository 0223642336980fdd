import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { METRICS } from '@candlewick/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../tools/broker/answers.ts'
import { prometheusPrograms, ROOT } from './prometheus.ts'
import { startPipeline } from './services.ts'

interface Panel {
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly targets?: readonly { readonly expr: string }[]
}

const programs = await prometheusPrograms()
const file = join(ROOT, 'deploy/observability/grafana/dashboards/candlewick.json')
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { panels: readonly Panel[] }
const shown = panels.filter(({ type }) => type !== 'row')
const queries = shown.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

it('names only metrics of the table, and filters every query by the chosen services', () => {
  expect(queries.length).toBeGreaterThan(shown.length)
  for (const { expr } of queries) {
    for (const [name] of expr.matchAll(/\bcandlewick_\w+/g))
      expect(Object.keys(METRICS)).toContain(name.replace(/_(bucket|count|sum)$/, ''))
    expect(expr).toContain('{job=~"$job",group=~"$group"')
  }
})

it('describes every panel', () => {
  expect(shown.filter(({ description }) => !description).map(({ title }) => title)).toEqual([])
})

describe.skipIf(!programs)('in a real Prometheus that scrapes the services', () => {
  let server: ChildProcess
  let url: string
  let pipeline: Awaited<ReturnType<typeof startPipeline>>
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'candlewick-prometheus-'))
    pipeline = await startPipeline()
    const targets = [...pipeline.started].map(([job, service]) => ({ job, target: new URL(service.url).host }))
    writeFileSync(join(folder, 'prometheus.yml'), configOf(targets))
    const [port] = await freePorts(1)
    url = `http://127.0.0.1:${port}`
    const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}`]
    server = spawn(programs!.prometheus, [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' })
  }, 60_000)

  afterAll(async () => {
    server?.kill('SIGKILL')
    await pipeline?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (expr: string): Promise<{ value: [number, string] }[]> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`)
    const { status, data, error } = (await response.json()) as {
      status: string
      data: { result: [] }
      error?: string
    }
    if (status !== 'success') throw new Error(`${expr}: ${error}`)
    return data.result
  }

  it('shows data in every panel', { timeout: 90_000 }, async () => {
    const rows = 'candlewick_outputs_total{job="technical-indicators"} > 2'
    await expect.poll(() => ask(rows).catch(() => []), { timeout: 60_000 }).not.toEqual([])
    const chosen = (expr: string) =>
      expr.replaceAll(/\$(job|group|pair)\b/g, '.+').replaceAll('$__rate_interval', '30s')
    const empty = async () => {
      const answers = await Promise.all(queries.map(async q => ({ ...q, found: await ask(chosen(q.expr)) })))
      return answers.filter(({ found }) => found.length === 0).map(({ title, expr }) => `${title}: ${expr}`)
    }
    // This pipeline compares no candles with the exchange's.
    const never = ['candlewick_candles_differing_from_exchange_total']
    const missing = async () => (await empty()).filter(line => !never.some(name => line.includes(name)))
    await expect.poll(missing, { timeout: 30_000 }).toEqual([])
  })
})

/** deploy's configuration, with these in place of what DNS says. */
function configOf(targets: readonly { job: string; target: string }[]): string {
  const config = readFileSync(join(ROOT, 'deploy/observability/prometheus/prometheus.yml'), 'utf8')
  const own = targets.map(({ job, target }) => `      - {targets: ['${target}'], labels: {__meta_dns_name: ${job}}}`)
  return config
    .replace(/dns_sd_configs:.*?(?= {4}relabel)/s, `static_configs:\n${own.join('\n')}\n`)
    .replace(/(?<=scrape_interval: )10s/, '1s')
    .replace('rule_files:\n  - alerts.yml\n', '')
}
