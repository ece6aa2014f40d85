import { createHmac } from 'node:crypto';

/**
 * `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` of Standard Webhooks 1.0: HMAC-SHA256 over
 * `id.timestamp.body`, one signature per secret, separated by spaces.
 */
export function webhookSignatureHeaders(
  id: string,
  signedAt: Date,
  body: string,
  secrets: readonly Buffer[],
): Record<string, string> {
  const timestamp = String(Math.floor(signedAt.getTime() / 1_000));
  const sign = (secret: Buffer): string =>
    `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map(sign).join(' '),
  };
}
