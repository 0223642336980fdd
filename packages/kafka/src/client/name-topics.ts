import { Denied } from './errors.ts'

const TOPIC_AUTHORIZATION_FAILED = 29

/** What kafkajs's decoders make of an answer; each has some of these. */
interface Answer {
  readonly topicMetadata?: readonly { readonly topic: string; readonly topicErrorCode: number }[]
  readonly topicErrors?: readonly { readonly topic: string; readonly errorCode: number }[]
  readonly topics?: readonly Topic[]
  readonly responses?: readonly Topic[]
  readonly errors?: readonly Topic[]
}

interface Topic {
  readonly topic?: string
  readonly topicName?: string
  readonly partitions?: readonly Partition[]
  readonly partitionErrors?: readonly Partition[]
}

interface Partition {
  readonly errorCode: number
}

/** The responses that can deny a topic, and what was asked for. Newer versions use the parsers of these. */
const ASKED: Readonly<Record<string, string>> = {
  'metadata/v0': 'describe',
  'listOffsets/v2': 'describe',
  'produce/v3': 'write',
  'addPartitionsToTxn/v0': 'write',
  'txnOffsetCommit/v0': 'read',
  'createPartitions/v0': 'alter',
}

/** Makes kafkajs's errors say which topic is denied. To be called before kafkajs is loaded. */
export function nameTopics(internal: (name: string) => unknown): void {
  for (const [name, asked] of Object.entries(ASKED)) {
    const response = internal(`protocol/requests/${name}/response`) as { parse(answer: Answer): Promise<Answer> }
    const { parse } = response
    response.parse = async answer => {
      const topic = deniedTopic(answer)
      if (topic !== undefined)
        throw Object.assign(new Denied('TOPIC_AUTHORIZATION_FAILED', `${asked} topic ${topic}`), { retriable: false })
      return parse(answer)
    }
  }
}

function deniedTopic({ topicMetadata = [], topicErrors = [], topics = [], responses = [], errors = [] }: Answer) {
  const isDenied = (code: number) => code === TOPIC_AUTHORIZATION_FAILED
  const denied = [...topics, ...responses, ...errors].find(({ partitions = [], partitionErrors = [] }) =>
    [...partitions, ...partitionErrors].some(({ errorCode }) => isDenied(errorCode)),
  )
  return (
    topicMetadata.find(({ topicErrorCode }) => isDenied(topicErrorCode))?.topic ??
    topicErrors.find(({ errorCode }) => isDenied(errorCode))?.topic ??
    denied?.topic ??
    denied?.topicName
  )
}
