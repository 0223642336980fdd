import { keepCompiled } from './compile-cache.ts'

keepCompiled()
const { run } = await import('./command.ts')
await run()
