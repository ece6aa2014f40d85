import { describe, expect, it } from 'vitest';
import { framerFor } from './wire-protocols.js';

const textsOf = (url: string, bytes: Buffer, size = bytes.length): string[] => {
  const messagesIn = framerFor(new URL(url));
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; at += size)
    texts.push(...messagesIn(bytes.subarray(at, at + size)).map(({ text }) => text));
  return texts;
};

const sized = (payload: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + Buffer.byteLength(payload));
  return Buffer.concat([length, Buffer.from(payload, 'latin1')]);
};
const postgres = Buffer.concat([
  sized('\0\x03\0\0user\0foyer\0\0'),
  Buffer.concat([Buffer.from('P'), sized('foyer_1\0select $1\0\0\0')]),
  Buffer.concat([Buffer.from('B'), sized('\0foyer_1\0\0\0\0\0\0\0')]),
  Buffer.concat([Buffer.from('E'), sized('\0\0\0\0\0')]),
  Buffer.concat([Buffer.from('S'), sized('')]),
  Buffer.concat([Buffer.from('Q'), sized('COMMIT\0')]),
]);
const command = (place: number, payload: string): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(Buffer.byteLength(payload), 0, 3);
  head[3] = place;
  return Buffer.concat([head, Buffer.from(payload)]);
};
const mysql = Buffer.concat([
  command(1, '\x8d\xa2\0\0 user foyer'),
  command(0, `\x03select ${'1'.repeat(300)}`),
  command(0, '\x03COMMIT'),
  command(0, '\x0e'),
  command(0, '\x01'),
]);
const amqp = Buffer.concat([
  Buffer.from('AMQP\0\0\x09\x01', 'latin1'),
  Buffer.from([1, 0, 0, 0, 0, 0, 5, 0, 60, 0, 40, 9, 206]),
  Buffer.from([8, 0, 0, 0, 0, 0, 0, 206]),
]);

const CASES = [
  {
    name: 'PostgreSQL, statements by their SQL',
    url: 'postgres://h',
    bytes: postgres,
    texts: ['Startup', 'Parse select $1', 'Bind select $1', 'Execute select $1', 'Sync', 'Query COMMIT'],
  },
  {
    name: 'MySQL',
    url: 'mysql://h',
    bytes: mysql,
    texts: ['Startup', `Query select ${'1'.repeat(300)}`, 'Query COMMIT', 'Ping', 'Quit'],
  },
  {
    name: 'Redis',
    url: 'redis://h',
    bytes: Buffer.from('*2\r\n$3\r\nGET\r\n$3\r\nå!\r\n*1\r\n$4\r\nPING\r\n'),
    texts: ['GET å!', 'PING'],
  },
  { name: 'AMQP', url: 'amqp://h', bytes: amqp, texts: ['frame 65', 'method 60.40', 'frame 8'] },
  { name: 'SMTP', url: 'smtp://h', bytes: Buffer.from('EHLO me\r\nDATA\r\n'), texts: ['EHLO me', 'DATA'] },
];

describe.each(CASES)('the messages of $name', ({ url, bytes, texts }) => {
  it('given all at once', () => expect(textsOf(url, bytes)).toEqual(texts));
  it('given byte by byte', () => expect(textsOf(url, bytes, 1)).toEqual(texts));
});
