import { kafkaLog } from '@candlewick/kafka'
import type { TopicAdmin } from '@candlewick/streams'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs'
import { createClient } from '../../packages/kafka/src/client/client.ts'
import type { Operation, Right } from '../../tools/acls/rights.ts'
import { startApacheKafka } from '../../tools/broker/apache-kafka.ts'

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  cluster: AclResourceTypes.CLUSTER,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
}
const OPERATIONS: Readonly<Record<Operation, number>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  Alter: AclOperationTypes.ALTER,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
}

export interface AuthorizedKafka {
  /** Address of the listener on which everything is allowed. */
  readonly open: string
  /** Address of the listener for users, whose passwords are their names; they may do only what they are granted. */
  readonly guarded: string
  grant(user: string, rights: readonly Right[]): Promise<void>
  readonly topics: TopicAdmin
  stop(): Promise<void>
}

/** Apache Kafka with its authorizer on: only clients of the plain listener may do more than the ACLs allow. */
export async function startAuthorizedKafka(users: readonly string[]): Promise<AuthorizedKafka> {
  const passwords = users.map(user => `user_${user}="${user}"`).join(' ')
  const broker = await startApacheKafka({
    listeners: { GUARDED: 'SASL_PLAINTEXT' },
    settings: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.guarded.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${passwords};`,
    },
  })
  const admin = createClient({ brokers: [broker.brokers], clientId: 'admin' }).admin()
  await admin.connect()
  const log = kafkaLog({ brokers: [broker.brokers], clientId: 'admin' })
  return {
    open: broker.brokers,
    guarded: broker.listeners.GUARDED!,
    grant: async (user, rights) => {
      const acl = rights.flatMap(right => right.operations.map(operation => aclOf(user, right, operation)))
      await admin.createAcls({ acl })
    },
    topics: log.topics,
    stop: async () => {
      await log.close()
      await admin.disconnect()
      await broker.stop()
    },
  }
}

const aclOf = (user: string, { resource, name, prefixed }: Right, operation: Operation) => ({
  principal: `User:${user}`,
  host: '*',
  permissionType: AclPermissionTypes.ALLOW,
  operation: OPERATIONS[operation],
  resourceType: RESOURCES[resource],
  resourceName: name,
  resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
})
