import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const OUTPUT_BYTES_MAX = 256 << 20

/** Lists every file, folder and link of the image except Docker's mounts, with kind, mode, owner and checksum. */
const LISTING = `
  cd / && find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./etc/hostname -o -path ./etc/hosts \\
    -o -path ./etc/resolv.conf \\) -prune -o -printf '%y %m %u:%g %p %l\\n' | sort
  find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./etc/hostname -o -path ./etc/hosts \\
    -o -path ./etc/resolv.conf \\) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum`

/** @returns the content of the image, one line for each entry, without times */
export async function contentsOf(image: string): Promise<readonly string[]> {
  const args = ['run', '--rm', '--network', 'none', '--user', 'root', '--entrypoint', 'sh', image, '-c', LISTING]
  const { stdout } = await run('docker', args, { maxBuffer: OUTPUT_BYTES_MAX })
  return stdout.trim().split('\n')
}
