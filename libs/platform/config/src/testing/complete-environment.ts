import { generateKeyPairSync } from 'node:crypto';
import type { Environment } from '../environment.js';

const secret = (n: number): string => `secret-number-${n}-${'x'.repeat(32)}`;

const { privateKey } = generateKeyPairSync('ed25519');

/** Every setting that a deployment with external services requires. */
export const COMPLETE_ENVIRONMENT: Environment = {
  DATABASE_URL: 'postgres://foyer:database-password@db.example/foyer',
  REDIS_URL: 'redis://:redis-password@redis.example',
  RABBITMQ_URL: 'amqp://foyer:broker-password@broker.example',
  SMTP_URL: 'smtp://foyer:mail-password@mail.example:587',
  SMS_API_URL: 'https://sms.example/messages',
  SMS_API_TOKEN: 'sms-token',
  PASSWORD_PEPPER: secret(1),
  CODE_SECRET: secret(2),
  IDENTIFIER_SECRET: secret(3),
  JWT_KEYS: JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', alg: 'EdDSA' }] }),
};
