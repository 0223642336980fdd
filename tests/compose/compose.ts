import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '../../tools/broker/answers.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILES = ['docker-compose.yml', 'tests/compose/override.yml'].flatMap(file => ['--file', join(ROOT, file)])
const MOST_OUTPUT = 64 * 1024 * 1024

/** The compose file as a project of its own, on ports of its own. */
export async function composeProject(name: string) {
  const [kafkaPort = 0, consolePort = 0, dashboardPort = 0] = await freePorts(3)
  const ports = { KAFKA_PORT: kafkaPort, CONSOLE_PORT: consolePort, DASHBOARD_PORT: dashboardPort }
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  }
  const args = ['compose', '--project-name', name, '--project-directory', ROOT, ...FILES, '--profile', 'simulated']
  const run = async (...command: string[]) => {
    const { stdout } = await promisify(execFile)('docker', [...args, ...command], { env, maxBuffer: MOST_OUTPUT })
    return stdout
  }
  return {
    kafka: `localhost:${kafkaPort}`,
    console: `http://localhost:${consolePort}`,
    dashboard: `http://localhost:${dashboardPort}`,
    up: (candles: number) => run('up', '--detach', '--build', '--scale', `candles=${candles}`),
    down: () => run('down', '--volumes', '--timeout', '20', '--remove-orphans'),
    /**
     * Stops the services by SIGTERM, as `docker compose stop` and Ctrl-C do; a service that does not end within 10 s is
     * killed.
     */
    stop: (service: string) => run('stop', '--timeout', '10', service),
    logs: (service: string) => run('logs', '--no-color', '--tail', '40', service),
    /** Removes the project's containers, volumes and networks. */
    leftovers: async (): Promise<string[]> => {
      const filter = ['--quiet', '--filter', `label=com.docker.compose.project=${name}`]
      const lists = [
        ['ps', '--all'],
        ['volume', 'ls'],
        ['network', 'ls'],
      ]
      const found = await Promise.all(lists.map(list => promisify(execFile)('docker', [...list, ...filter])))
      return found.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean))
    },
    rpk: (...command: string[]) => run('exec', '--no-TTY', 'redpanda', 'rpk', ...command),
    /** @returns each container of the services, e.g. `candles-1`, with its state in Docker. */
    containers: async (): Promise<Container[]> => {
      const lines = (await run('ps', '--all', '--format', 'json')).trim().split('\n')
      return lines.filter(Boolean).map(line => JSON.parse(line) as Container)
    },
    /** @returns the text of an instance's /metrics. */
    metrics: (service: string, index: number) => {
      const script = "fetch('http://127.0.0.1:8080/metrics').then(r => r.text()).then(console.log)"
      return run('exec', '--no-TTY', '--index', String(index), service, 'node', '-e', script)
    },
  }
}

export interface Container {
  readonly Name: string
  readonly Service: string
  readonly State: string
  readonly Health: string
  readonly ExitCode: number
  readonly Publishers: readonly { readonly PublishedPort: number }[] | null
}
