import { createErrorFromCode, type KafkaBroker, type KafkaCluster } from '../../src/client/kafkajs.ts'
import { Writer } from '../../src/wire/writer.ts'

/** @returns the error that the request fails with: an error code, an error, or undefined when it succeeds */
export type Script = (request: string, times: number) => number | Error | undefined

/** A cluster of one broker that leads partition 0 of topic `t`, coordinates everything and answers as the script says. */
export function scriptedCluster(script: Script) {
  const calls: string[] = []
  const times = new Map<string, number>()
  const answer = (request: string, topic?: string) => {
    const count = (times.get(request) ?? 0) + 1
    times.set(request, count)
    calls.push(request)
    const failure = script(request, count)
    if (failure instanceof Error) throw failure
    if (failure !== undefined) throw createErrorFromCode(failure, topic)
  }
  const broker: Partial<KafkaBroker> = {
    nodeId: 1,
    brokerAddress: 'kafka:9092',
    versions: { 0: { minVersion: 3, maxVersion: 8 } },
    initProducerId: async () => {
      answer('InitProducerId')
      return { producerId: '5', producerEpoch: 0 }
    },
    addPartitionsToTxn: async () => answer('AddPartitionsToTxn', 't'),
    addOffsetsToTxn: async () => answer('AddOffsetsToTxn'),
    txnOffsetCommit: async () => answer('TxnOffsetCommit', 'trades'),
    endTxn: async () => answer('EndTxn'),
    disconnect: async () => {},
    connectionPool: {
      async send({ request, response }) {
        request.frame({ correlationId: 1, clientId: 'test' })
        answer(request.apiName)
        return response.parse(await response.decode(produced(0)))
      },
    },
  }
  const cluster: Partial<KafkaCluster> = {
    targetTopics: new Set(),
    connect: async () => {},
    disconnect: async () => {},
    isConnected: () => true,
    addMultipleTargetTopics: async () => {},
    refreshMetadata: async () => {},
    refreshMetadataIfNecessary: async () => {},
    removeBroker: () => {},
    findBroker: async () => broker as KafkaBroker,
    findGroupCoordinator: async () => {
      answer('FindCoordinator')
      return broker as KafkaBroker
    },
    findTopicPartitionMetadata: () => [
      { partitionId: 0, leader: 1, partitionErrorCode: 0, replicas: [1], isr: [1], offlineReplicas: [] },
    ],
  }
  return { cluster: cluster as KafkaCluster, calls }
}

/** @returns a Produce response for partition 0 of topic `t`. */
function produced(errorCode: number): Buffer {
  const writer = new Writer()
  writer.int32(1)
  writer.string('t')
  writer.int32(1)
  writer.int32(0)
  writer.int16(errorCode)
  writer.int64(7n) // base offset
  writer.int64(-1n) // log append time
  writer.int32(0) // throttle time
  return writer.written()
}
