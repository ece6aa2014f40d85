import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type LocalServer, startRedis } from './local-servers.js';
import { freePort } from './ports.js';
import { temporaryFolder } from './resource-reaper.js';

/** A Redis of our own that speaks TLS only and wants a password. */
export interface LocalTlsRedis extends LocalServer {
  /** A file: the certificate of the authority that vouches for it. */
  readonly authority: string;
}

/** It needs to be encoded in a URL. */
const PASSWORD = 'p@ss:w/rd %';

export async function startTlsRedis(): Promise<LocalTlsRedis> {
  const folder = temporaryFolder();
  const file = (name: string): string => path.join(folder.path, name);
  await makeCertificates(file);
  const port = await freePort();
  const tls = {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': file('server.crt'),
    'tls-key-file': file('server.key'),
    'tls-ca-cert-file': file('ca.crt'),
    'tls-auth-clients': 'no',
    requirepass: PASSWORD,
  };
  const server = await startRedis({ port, settings: tls });
  const stop = async (): Promise<void> => {
    await server.stop();
    await folder.end();
  };
  const url = `rediss://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
  return { ...server, url, authority: file('ca.crt'), stop };
}

/** An authority of our own, and a certificate of it for 127.0.0.1. */
async function makeCertificates(file: (name: string) => string): Promise<void> {
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-subj', '/CN=authority of the tests', '-days', '2'];
  await openssl('req', '-x509', ...key, ...authority, '-keyout', file('ca.key'), '-out', file('ca.crt'));
  const request = ['-subj', '/CN=redis', '-keyout', file('server.key'), '-out', file('server.csr')];
  await openssl('req', '-new', ...key, ...request);
  writeFileSync(file('server.ext'), 'subjectAltName=IP:127.0.0.1\n');
  const signer = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
  const signed = ['-extfile', file('server.ext'), '-in', file('server.csr'), '-out', file('server.crt')];
  await openssl('x509', '-req', ...signer, ...signed);
}
