/** Environment variables by name, as `process.env` has them. */
export type Env = Record<string, string | undefined>
