import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { METRICS } from '@candlewick/service'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { prometheusPrograms, ROOT } from './prometheus.ts'

const run = promisify(execFile)
const FOLDER = join(ROOT, 'deploy/observability/prometheus')
const programs = await prometheusPrograms()
if (!programs)
  console.warn('Alerts are not evaluated here: Prometheus is not installed and cannot be fetched from Debian')

const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8')
const rules = read('alerts.yml')
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!)

/** The metrics that an expression names, histograms by their own name. */
const metricsIn = (text: string): string[] =>
  [...text.matchAll(/\bcandlewick_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''))

it('alerts name metrics of the table', () => {
  for (const name of metricsIn(rules)) expect(Object.keys(METRICS)).toContain(name)
})

it('each alert has a test and a section of docs/operations.md, and each section an alert', () => {
  const tests = [...read('alerts.test.yml').matchAll(/- name: (\w+)/g)].map(([, name]) => name)
  expect(tests).toEqual(alerts)
  const links = [...rules.matchAll(/runbook_url: docs\/operations\.md#(\w+)/g)].map(([, anchor]) => anchor)
  expect(links).toEqual(alerts.map(name => name.toLowerCase()))
  const operations = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
  expect([...operations.matchAll(/^### (Candlewick\w+)$/gm)].map(([, name]) => name)).toEqual(alerts)
})

describe.skipIf(!programs)('promtool', () => {
  const promtool = (...args: string[]) => run(programs!.promtool, args, { cwd: FOLDER })

  it('shows that each alert fires when it should and not before', async () => {
    const { stdout } = await promtool('test', 'rules', 'alerts.test.yml')
    expect(stdout).toContain('SUCCESS')
  })

  it('fails for an alert that does not fire', async () => {
    const copy = temporaryFolder()
    cpSync(FOLDER, copy, { recursive: true })
    writeFileSync(join(copy, 'alerts.yml'), rules.replace('(candlewick_pairs_lost) > 0', '(candlewick_pairs_lost) > 9'))
    await expect(run(programs!.promtool, ['test', 'rules', join(copy, 'alerts.test.yml')])).rejects.toThrow()
  })

  it('accepts the scrape configurations', async () => {
    await promtool('check', 'config', 'prometheus.yml')
    // Debian's promtool is built without the discovery of Kubernetes.
    const copy = temporaryFolder()
    cpSync(FOLDER, copy, { recursive: true })
    const known = read('kubernetes.yml').replace(/kubernetes_sd_configs:.*?(?= {4}relabel)/s, 'static_configs: []\n')
    writeFileSync(join(copy, 'kubernetes.yml'), known)
    await run(programs!.promtool, ['check', 'config', join(copy, 'kubernetes.yml')])
  })
})
