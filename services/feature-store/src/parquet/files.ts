/** The place of a dataset's files: a folder or a bucket. Paths are relative, with `/`. */
export interface Files {
  /** Name of the place, for messages. */
  readonly location: string
  /** Writes a file. It replaces an older file of that name, and appears under its name only when it is complete. */
  put(path: string, bytes: Buffer): Promise<void>
  /** @returns the file's bytes; undefined if there is no file. */
  get(path: string): Promise<Buffer | undefined>
  /** Removes what calls of {@link put} that were interrupted have left behind. @param isOwn by the file's name, without folders */
  removeUnfinished(isOwn: (name: string) => boolean): Promise<void>
  close(): void
}
