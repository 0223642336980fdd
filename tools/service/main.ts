import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readDotenv } from '@candlewick/service'
import { besideDemo } from '../demo/session.ts'

/** `npm run service -- candles`: runs one more instance until Ctrl-C, on the broker of the running demo if there is one. */
const SERVICES = join(import.meta.dirname, '../../services')
const names = readdirSync(SERVICES)
const [name = ''] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`usage: npm run service -- NAME, one of ${names.join(', ')}`)
  process.exit(1)
}
readDotenv(process.env)
Object.assign(process.env, besideDemo(process.env))
await import(join(SERVICES, name, 'src/main.ts'))
