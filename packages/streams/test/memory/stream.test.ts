import { MemoryCluster, memoryLog } from '../../src/index.ts'
import { streamSuite } from '../stream-suite.ts'

const cluster = new MemoryCluster()
streamSuite(() => memoryLog(cluster))
