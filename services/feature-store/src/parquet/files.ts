/** Where a dataset's files are: a folder or a bucket. Paths are relative, with `/`. */
export interface Files {
  /** Where that is, for messages. */
  readonly location: string
  /** Writes a file that appears under its name when it is whole, or never, in place of one of that name. */
  put(path: string, bytes: Buffer): Promise<void>
  /** @returns the file's bytes, undefined where there is none. */
  get(path: string): Promise<Buffer | undefined>
  close(): void
}
