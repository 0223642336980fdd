import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pythonEnvironment } from '../../tests/python-environment.ts'

/**
 * `npm run goldens:bars`: computes golden bars from the recorded trades with NautilusTrader (300 MB from PyPI).
 * tests/compute/nautilus.test.ts compares our bars with them.
 */
const ROOT = join(import.meta.dirname, '../..')
const bin = await pythonEnvironment(['nautilus_trader==1.221.0'])
const files = [join(ROOT, '../shared/data'), join(ROOT, 'tests/compute/nautilus-bars.json')]
execFileSync(join(bin, 'python'), [join(import.meta.dirname, 'bars.py'), ...files], { stdio: 'inherit' })
