import { isIP } from 'node:net';
import { createNetworkMatcher, readNetworks } from './networks.js';
import type { SettingsReader } from './settings-reader.js';

export interface WebhookSettings {
  readonly url: string;
  /** Bytes encoded behind `whsec_`. Every secret signs, so that a receiver can move from one to the next. */
  readonly secrets: readonly Buffer[];
  /** Private networks that may be called nevertheless. */
  readonly networks: readonly string[];
}

const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

/** Standard Webhooks 1.0: `whsec_` and 24 to 64 bytes in base64. */
export function readWebhook(read: SettingsReader): WebhookSettings | undefined {
  const url = read.url('WEBHOOK_URL', ['https', 'http']);
  const secrets = readWebhookSecrets(read, 'WEBHOOK_SECRET');
  const networks = readNetworks(read, 'WEBHOOK_NETWORKS');
  if (url === undefined) return undefined;
  validateWebhookUrl(read, new URL(url), networks);
  return { url, secrets, networks };
}

/**
 * The external analytics system receives events like a webhook, at any address. With neither its own secret nor the webhook's,
 * its requests are not signed.
 */
export function readAnalytics(read: SettingsReader): WebhookSettings | undefined {
  const url = read.url('ANALYTICS_URL', ['https', 'http']);
  const own = readWebhookSecrets(read, 'ANALYTICS_SECRET');
  if (url === undefined) return undefined;
  return {
    url,
    secrets: own.length > 0 ? own : readWebhookSecrets(read, 'WEBHOOK_SECRET'),
    networks: ['0.0.0.0/0', '::/0'],
  };
}

function readWebhookSecrets(read: SettingsReader, name: string): readonly Buffer[] {
  const secrets = read.list(name);
  if (!secrets.every((secret) => WEBHOOK_SECRET.test(secret)))
    read.addProblem(name, 'must be whsec_ and 24 to 64 bytes in base64, or several of them separated by commas');
  return secrets.map((secret) => Buffer.from(secret.slice('whsec_'.length), 'base64'));
}

function validateWebhookUrl(read: SettingsReader, url: URL, networks: readonly string[]): void {
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    read.addProblem('WEBHOOK_URL', 'must have no login and no fragment');
  const address = url.hostname.replace(/^\[|\]$/g, '');
  const isAllowedNetwork = isIP(address) === 0 ? networks.length > 0 : createNetworkMatcher(networks)(address);
  if (url.protocol === 'http:' && !isAllowedNetwork)
    read.addProblem('WEBHOOK_URL', 'must start with https:// (http:// only for addresses in WEBHOOK_NETWORKS)');
}
