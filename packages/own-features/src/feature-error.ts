/** A user's file is wrong. The message names the file, the problem and the remedy. */
export class FeatureError extends Error {
  override name = 'FeatureError'
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`)
  }
}
