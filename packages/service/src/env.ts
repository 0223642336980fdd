/** Environment variables by name, like `process.env`. */
export type Env = Record<string, string | undefined>
