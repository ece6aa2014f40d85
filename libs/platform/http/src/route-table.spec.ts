import { beforeEach, describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';

describe('RouteTable', () => {
  let routes: RouteTable;
  beforeEach(() => {
    routes = new RouteTable();
    routes.add('/v1/things', ['POST']);
    routes.add('/v1/things', ['GET', 'HEAD']);
    routes.add('/v1/things/:id', ['GET']);
    routes.add('/v1/things/mine', ['DELETE']);
    routes.add('/', ['GET']);
  });

  it.each([
    ['/v1/things', ['GET', 'HEAD', 'POST']],
    ['/v1/things/', ['GET', 'HEAD', 'POST']],
    ['/v1/things?a=/v1/x', ['GET', 'HEAD', 'POST']],
    ['/v1/things/7', ['GET']],
    ['/v1/things/7/', ['GET']],
    ['/v1/things/mine', ['DELETE', 'GET']],
    ['/', ['GET']],
    ['', ['GET']],
  ])('%j takes %j', (url, methods) => expect(routes.methodsFor(url)).toEqual(methods));

  it.each([
    '/v1',
    '/v1/things/7/8',
    '/v1/Things',
    '/v2/things',
    '//v1/things',
    '/v1//things',
    '/v1/things//',
    '/%2e',
    ':id',
  ])('%j is nowhere', (url) => expect(routes.methodsFor(url)).toEqual([]));

  it.each([
    ['/v1/things/?a=b', ['/v1/things']],
    ['/v1/things/mine', ['/v1/things/:id', '/v1/things/mine']],
    ['/v1/%74hings', []],
  ])('finds for %j the patterns %j [AC-67]', (url, patterns) => expect(routes.patternsFor(url)).toEqual(patterns));

  it('takes linear time [AC-33]', () => {
    const start = performance.now();
    routes.methodsFor('/'.repeat(100_000));
    routes.methodsFor(`/v1/things/${'?'.repeat(100_000)}`);
    expect(performance.now() - start).toBeLessThan(50);
  });
});
