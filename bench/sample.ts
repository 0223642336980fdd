/**
 * @returns a function that looks an instance's metric up by name, as the sum of its series; `at` is the time of the sample
 *   (ms).
 */
export async function sample(port: number): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const at = performance.now()
  return name =>
    name === 'at'
      ? at
      : [...text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0)
}
