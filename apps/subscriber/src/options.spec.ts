import { describe, expect, it } from 'vitest';
import { InvalidOptionsError, readOptions } from './options.js';

const patterns = (...types: string[]) =>
  readOptions(
    types.flatMap((type) => ['--type', type]),
    {},
  ).patterns;

describe('readOptions', () => {
  it('hears everything on the local broker by default', () => {
    expect(readOptions([], {})).toEqual({
      patterns: ['#'],
      queue: 'foyer.subscriber',
      prefetch: 50,
      json: false,
      colours: null,
      help: false,
      url: 'amqp://guest:guest@127.0.0.1:5672',
    });
  });

  it('takes the broker from --url, else from RABBITMQ_URL', () => {
    const env = { RABBITMQ_URL: 'amqps://env.example.com' };
    expect(readOptions([], env).url).toBe('amqps://env.example.com');
    expect(readOptions(['--url', 'amqp://arg.example.com'], env).url).toBe('amqp://arg.example.com');
  });

  it.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, null],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('given %j, then the colours are %s', (env, colours) => {
    expect(readOptions([], env).colours).toBe(colours);
  });

  it('reads a trailing * as everything that starts so', () => {
    expect(patterns('customer.*')).toEqual(['customer.#']);
    expect(patterns('customer.created.*')).toEqual(['customer.created.#']);
    expect(patterns('*')).toEqual(['#']);
  });

  it('takes several types, and exact ones as they are', () => {
    expect(patterns('customer.created.v1', 'registration.code_sent.*')).toEqual([
      'customer.created.v1',
      'registration.code_sent.#',
    ]);
  });

  it.each(['', 'cust*', '*.v1', 'customer.', '.v1', 'customer.#', 'a b', 'a'.repeat(256)])(
    'refuses the type %j',
    (type) => {
      expect(() => patterns(type)).toThrow(InvalidOptionsError);
    },
  );

  it('reads the queue of --queue, else of SUBSCRIBER_QUEUE, else one of its own for these types', () => {
    const env = { SUBSCRIBER_QUEUE: 'of.the.environment' };
    expect(readOptions([], env).queue).toBe('of.the.environment');
    expect(readOptions(['--queue', 'crm.customers'], env).queue).toBe('crm.customers');
    const queueOf = (...args: string[]) => readOptions(args, {}).queue;
    expect(queueOf('--type', 'customer.*')).toBe('foyer.subscriber.customer');
    expect(queueOf('--type', 'customer.created.v1', '--type', 'auth.*')).toBe(
      'foyer.subscriber.customer.created.v1.auth',
    );
  });

  it.each(['', 'amq.mine', 'a b', 'x'.repeat(201), 'ü'])('refuses the queue %j', (queue) => {
    expect(() => readOptions(['--queue', queue], {})).toThrow(InvalidOptionsError);
  });

  it.each(['0', '1001', '-1', '1.5', 'many', ''])('refuses the prefetch %j', (prefetch) => {
    expect(() => readOptions([`--prefetch=${prefetch}`], {})).toThrow(InvalidOptionsError);
    expect(readOptions(['--prefetch', '7'], {}).prefetch).toBe(7);
  });

  it.each([[['--nonsense']], [['customer']], [['--type']], [['--json=1']]])('refuses %j', (args) => {
    expect(() => readOptions(args, {})).toThrow(InvalidOptionsError);
  });

  it('refuses what is no broker URL, without repeating its password', () => {
    for (const url of ['http://user:s3cret@host', 'nonsense s3cret']) {
      expect(() => readOptions(['--url', url], {})).toThrow(InvalidOptionsError);
      expect(() => readOptions(['--url', url], {})).not.toThrow(/s3cret/);
    }
  });
});
