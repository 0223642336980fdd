import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
const ARGS = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--force-color-profile=srgb']

/** The browser of `CHROMIUM_PATH` or of this machine, else the one that the package `@sparticuz/chromium` holds. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? installed() ?? (await packed())
  return chromium.launch({ executablePath, args: ARGS })
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = [...NAMES.flatMap(name => folders.map(folder => join(folder, name))), MAC]
  return candidates.find(path => existsSync(path))
}

/** It unpacks its own libraries only where it believes itself to be on AWS. */
async function packed(): Promise<string> {
  if (process.platform !== 'linux')
    throw new Error('These tests need Chromium or Chrome: install one, or name it in CHROMIUM_PATH')
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x'
  const { default: packedChromium } = await import('@sparticuz/chromium')
  return packedChromium.executablePath()
}
