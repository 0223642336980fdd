import { parseArgs } from 'node:util'
import { groupOf, integer, readConfig, readDotenv } from '@candlewick/service'
import { runTool } from '../broker/connect.ts'
import { commandsOf, TOOLS, type Tool } from './commands.ts'
import { rightsOf } from './rights.ts'

const USAGE = `usage: npm run acls --silent -- [${TOOLS.join('|')}] [--principal 'User:{service}'] [--service NAME]
       [-- flags for each command, e.g. --bootstrap-server broker:9092]
Prints one command for each right; pipe the output to sh to run them. Topic and group names come from the environment
and .env.`

const OWN_GROUP = ['candles', 'technical-indicators', 'trades-ingestor', 'feature-store']

/** `npm run acls`: prints the commands that give every service the rights that it needs, and no others. */
await runTool(async () => {
  const args = process.argv.slice(2)
  const end = args.indexOf('--')
  const { values, positionals } = parseArgs({
    args: end < 0 ? args : args.slice(0, end),
    allowPositionals: true,
    options: {
      principal: { type: 'string', default: 'User:{service}' },
      service: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const [tool = 'kafka-acls'] = positionals
  if (values.help) return console.log(USAGE)
  if (!TOOLS.includes(tool as Tool)) throw new Error(USAGE)
  readDotenv(process.env)
  const config = readConfig(
    { CLOSE_AFTER_IDLE_MS: integer(0, 86_400_000).prefault('0'), AUDIT_EVERY_MINUTES: integer(0, 1440).prefault('0') },
    process.env,
  )
  const rights = rightsOf({
    prefix: config.TOPIC_PREFIX,
    suffix: config.TOPIC_SUFFIX,
    trades: config.TRADES_TOPIC,
    candles: config.CANDLES_TOPIC,
    technicalIndicators: config.TECHNICAL_INDICATORS_TOPIC,
    groups: Object.fromEntries(OWN_GROUP.map(name => [name, groupOf(name, { ...config, CONSUMER_GROUP: undefined })])),
    closesIdle: config.CLOSE_AFTER_IDLE_MS > 0,
    audits: config.AUDIT_EVERY_MINUTES > 0,
  })
  const wanted = rights.filter(({ service }) => values.service === undefined || service === values.service)
  if (wanted.length === 0) throw new Error(`--service ${values.service}: no service has that name\n${USAGE}`)
  const principal = (service: string) => values.principal.replaceAll('{service}', service)
  const flags = end < 0 ? '' : args.slice(end + 1).join(' ')
  console.log(commandsOf(wanted, tool as Tool, principal, flags).join('\n'))
})
