import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<scope>(?<day>\d{8})\/(?<region>[^/]+)\/s3\/aws4_request), ?SignedHeaders=(?<names>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

/** Whether Amazon would take the signature (Signature Version 4, in the header) of this request and body. */
export function isSigned(request: IncomingMessage, body: Buffer, keys: Readonly<Record<string, string>>): boolean {
  const { headers, method, url = '/' } = request;
  const given = AUTHORIZATION.exec(headers.authorization ?? '')?.groups;
  const secret = keys[given?.['id'] ?? ''];
  if (given === undefined || secret === undefined) return false;
  const payload = String(headers['x-amz-content-sha256']);
  if (payload !== sha256(body)) return false;
  const { scope = '', day = '', region = '', names = '' } = given;
  const [path = '', query = ''] = url.split('?');
  const signed = names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const canonical = [method, path, query.split('&').sort().join('&'), signed.join(''), names, payload].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, day));
  return hmac(key, toSign).toString('hex') === given['signature'];
}
