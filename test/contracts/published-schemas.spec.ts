import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EventClass, type JsonSchema } from '#kernel';
import { findBreakingChanges, publishedEventSchema } from '#messaging';
import { PUBLISHED_EVENTS } from '../../apps/server/src/events.js';
import { ROOT } from '../support/ensure-built.js';
import { consumerSchemas, publishedSchemas } from './schemas.js';

const KINDS = ['include', 'omit'] as const;
const contractOf = (type: string) => PUBLISHED_EVENTS.find(({ contract }) => contract.type === type)?.contract;

describe.each(KINDS)('the published schemas (%s)', (kind) => {
  const published = publishedSchemas(kind);
  const told = PUBLISHED_EVENTS.filter(({ contract }) => kind === 'include' || contract.sparse !== undefined);

  it('are those of every event that is announced: `make contracts` writes them', () => {
    expect(published.map(({ type }) => type).toSorted()).toEqual(told.map(({ contract }) => contract.type).toSorted());
  });

  it.each(published)('$type keeps its promise, and says all that it promises', ({ type, schema }) => {
    const contract = contractOf(type);
    if (!contract) throw new Error(`${type} is not announced any more`);
    expect(
      findBreakingChanges(publishedEventSchema(contract, kind), schema),
      'make a new version of the event instead',
    ).toEqual([]);
    expect(publishedEventSchema(contract, kind), 'run `make contracts`').toEqual(schema);
  });

  it.each(published)('$file has only been added to', ({ file, schema }) => {
    const before = git('show', `${BASE}:${file}`);
    if (before !== undefined) expect(findBreakingChanges(schema, JSON.parse(before) as JsonSchema)).toEqual([]);
  });
});

describe('docs/events.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs/events.md'), 'utf8');

  it.each(publishedSchemas())('has a line for $type, with its schema', ({ type }) => {
    expect(page).toMatch(new RegExp(`^\\| \`${type}\` \\|.*\\(events/${type}.schema.json\\) \\|$`, 'm'));
  });
});

describe('the consumer contracts', () => {
  it('are there for those who will hear us', () => {
    expect(new Set(consumerSchemas().map(({ consumer }) => consumer))).toEqual(
      new Set(['analytics', 'mailing', 'orders', 'wallet']),
    );
  });

  it.each(consumerSchemas())('$consumer gets what it needs of $type', ({ type, schema }) => {
    const published = publishedSchemas().find((one) => one.type === type);
    if (!published) throw new Error(`there is no ${type}`);
    expect(findBreakingChanges(published.schema, schema)).toEqual([]);
  });
});

describe('the list of events', () => {
  it('holds every class of events that a module has', async () => {
    const folders = readdirSync(path.join(ROOT, 'libs')).map((name) => path.join(ROOT, 'libs', name, 'src/events.ts'));
    const modules = await Promise.all(folders.map((file) => import(file).catch(() => ({})) as Promise<object>));
    const classes = modules.flatMap((module) => Object.values(module).filter(isEventClass));
    expect(classes.map(({ name }) => name).toSorted()).toEqual(PUBLISHED_EVENTS.map(({ name }) => name).toSorted());
    expect(new Set(PUBLISHED_EVENTS.map(({ contract }) => contract.type)).size).toBe(PUBLISHED_EVENTS.length);
  });
});

const isEventClass = (value: unknown): value is EventClass => typeof value === 'function' && 'contract' in value;

/** What the work began with: where it left the main line, or on the main line the commit before. */
const BASE = baseOf(git('rev-parse', 'HEAD'), git('merge-base', 'HEAD', 'origin/main'));

function baseOf(head: string | undefined, fork: string | undefined): string {
  return fork === undefined || fork === head ? 'HEAD^' : fork;
}

/** Undefined where there is no history: in an unpacked archive, in a shallow clone. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
