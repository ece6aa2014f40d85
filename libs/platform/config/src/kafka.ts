import type { SettingsReader } from './settings-reader.js';

export interface KafkaSettings {
  /** At least one `host:port`. */
  readonly brokers: readonly string[];
  /** Topic to which events are published, and from which they are consumed. */
  readonly topic: string;
  /** Topic to which other systems send events for this service. */
  readonly inboundTopic: string;
  readonly tls: boolean;
  readonly login: KafkaLogin | undefined;
}

export interface KafkaLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;

export function readKafka(read: SettingsReader): KafkaSettings | undefined {
  const brokers = read.list('KAFKA_BROKERS');
  if (!brokers.every(isHostAndPort)) read.addProblem('KAFKA_BROKERS', 'must list host:port, separated by commas');
  const aTopic = 'a name of letters, digits, dots, _ and -';
  const topic = read.matching('KAFKA_TOPIC', 'foyer.events', TOPIC, aTopic);
  const inboundTopic = read.matching('KAFKA_INBOUND_TOPIC', 'foyer.inbound', TOPIC, aTopic);
  const tls = read.oneOf('KAFKA_TLS', ['off', 'on']) === 'on';
  const login = readKafkaLogin(read);
  return brokers.length === 0 ? undefined : { brokers, topic, inboundTopic, tls, login };
}

function readKafkaLogin(read: SettingsReader): KafkaLogin | undefined {
  const mechanism = read.oneOf('KAFKA_SASL', ['plain', 'scram-sha-256', 'scram-sha-512']);
  const [username, password] = [read.text('KAFKA_USERNAME'), read.text('KAFKA_PASSWORD')];
  if (username !== undefined && password !== undefined) return { mechanism, username, password };
  if (username !== undefined) read.addProblem('KAFKA_PASSWORD', 'is needed by KAFKA_USERNAME');
  if (password !== undefined) read.addProblem('KAFKA_USERNAME', 'is needed by KAFKA_PASSWORD');
  return undefined;
}

function isHostAndPort(text: string): boolean {
  const url = `kafka://${text}`;
  return /:\d{1,5}$/.test(text) && URL.canParse(url) && new URL(url).host === text;
}
