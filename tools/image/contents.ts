import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const OUTPUT_BYTES_MAX = 256 << 20

/** Every file, folder and link of the image's root filesystem, but for what Docker mounts: kind, mode, owner, content. */
const LISTING = `
  cd / && find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./etc/hostname -o -path ./etc/hosts \\
    -o -path ./etc/resolv.conf \\) -prune -o -printf '%y %m %u:%g %p %l\\n' | sort
  find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./etc/hostname -o -path ./etc/hosts \\
    -o -path ./etc/resolv.conf \\) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum`

/** @returns what is in the image, a line each, without any times. */
export async function contentsOf(image: string): Promise<readonly string[]> {
  const args = ['run', '--rm', '--network', 'none', '--user', 'root', '--entrypoint', 'sh', image, '-c', LISTING]
  const { stdout } = await run('docker', args, { maxBuffer: OUTPUT_BYTES_MAX })
  return stdout.trim().split('\n')
}
