import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
const ARGS = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--force-color-profile=srgb']

/** Launches the browser of `CHROMIUM_PATH`, else this machine's, else the one in the package `@sparticuz/chromium`. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? installed() ?? (await packed())
  return chromium.launch({ executablePath, args: ARGS })
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = [...NAMES.flatMap(name => folders.map(folder => join(folder, name))), MAC]
  return candidates.find(path => existsSync(path))
}

/** The package unpacks its libraries only when it believes that it runs on AWS. */
async function packed(): Promise<string> {
  if (process.platform !== 'linux')
    throw new Error('These tests need Chromium or Chrome: install one, or name it in CHROMIUM_PATH')
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x'
  const { default: packedChromium } = await import('@sparticuz/chromium')
  return packedChromium.executablePath()
}
