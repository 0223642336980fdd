import { LocalFiles } from '../../src/parquet/local-files.ts'

/** Writes files one after the other, each of 64 MB, until the process is killed. The arguments are the folder and the files' path. */
const [folder = '', path = ''] = process.argv.slice(2)
const files = new LocalFiles(folder)
while (true) await files.put(path, Buffer.alloc(64 << 20, 1))
