/** Something is wrong with a user's file; the message names the file, the thing and the remedy. */
export class FeatureError extends Error {
  override name = 'FeatureError'
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`)
  }
}
