import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Sets variables in a file like `.env`: replaces their lines, and appends missing variables. */
export function setVariables(file: string, variables: Readonly<Record<string, string>>): void {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  while (lines.at(-1) === '') lines.pop()
  for (const [name, value] of Object.entries(variables)) {
    const line = `${name}=${value}`
    const at = lines.findLastIndex(text =>
      text
        .replace(/^export +/, '')
        .trimStart()
        .startsWith(`${name}=`),
    )
    if (at >= 0) lines[at] = line
    else lines.push(line)
  }
  // On a full disk the old file stays. Two processes need two names.
  const partial = `${file}.${process.pid}.partial`
  writeFileSync(partial, `${lines.join('\n')}\n`)
  renameSync(partial, file)
}
