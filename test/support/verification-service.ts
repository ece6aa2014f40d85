import { randomUUID } from 'node:crypto';
import amqp, { type Channel } from 'amqplib';

export const QUEUE = 'foyer.registration.customer.verified.v1';

export interface VerifiedData {
  readonly attemptId?: string;
  readonly email: string;
  /** Default: now. */
  readonly verifiedAt?: string;
}

/** The external service that sees people and says so. */
export interface VerificationService {
  /** Says it so often at once, in one event. Returns its id. */
  publishVerified(data: VerifiedData, times?: number, id?: string): Promise<string>;
  /** Anything at all. */
  publishRaw(body: string | Buffer): Promise<void>;
  /** How many messages wait in the queue, or in `.retry` or `.dead` behind it. */
  countMessages(part?: string): Promise<number>;
  /** How many workers hear what comes. */
  countConsumers(): Promise<number>;
  stop(): Promise<void>;
}

export async function connectVerificationService(url: string): Promise<VerificationService> {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  let looking: Channel | undefined;
  const look = async (part: string) => {
    looking ??= await connection.createChannel();
    return looking.checkQueue(QUEUE + part);
  };
  const send = async (body: string | Buffer, messageId: string = randomUUID(), times = 1): Promise<void> => {
    const options = { messageId, persistent: true, mandatory: true, contentType: 'application/cloudevents+json' };
    for (let n = 0; n < times; n++)
      channel.publish('foyer.inbound', 'customer.verified.v1', Buffer.from(body), options);
    await channel.waitForConfirms();
  };
  return {
    publishRaw: send,
    async publishVerified({ verifiedAt = new Date().toISOString(), ...person }, times = 1, id = randomUUID()) {
      const data = { ...person, verifiedAt };
      const event = { specversion: '1.0', id, source: '/verification', type: 'customer.verified.v1', data };
      await send(JSON.stringify(event), id, times);
      return id;
    },
    countMessages: async (part = '') => (await look(part)).messageCount,
    countConsumers: async () => (await look('')).consumerCount,
    stop: () => connection.close(),
  };
}
