/** The place of a dataset's files: a folder or a bucket. Paths are relative, with `/`. */
export interface Files {
  /** Name of the place, for messages. */
  readonly location: string
  /** Writes a file, which replaces an older one of that name and appears under its name only when it is complete. */
  put(path: string, bytes: Buffer): Promise<void>
  /** @returns the file's bytes, undefined when there is no file. */
  get(path: string): Promise<Buffer | undefined>
  close(): void
}
