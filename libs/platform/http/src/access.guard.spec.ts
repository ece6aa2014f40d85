import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { AuthenticatedBy, FreshAuthentication, OwnToken, Public, Roles, Scopes } from './access.decorators.js';
import { AccessGuard } from './access.guard.js';
import { AuthenticationStrategy } from './authentication-strategy.js';
import { FreshAuthenticationPolicy } from './fresh-authentication-policy.js';
import { Forbidden, InvalidCredentials, OwnTokenRequired, ReauthenticationRequired } from './http-errors.js';

interface Caller {
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly sessionId?: string | null;
  readonly authTime?: number | null;
}

let caller: Caller | undefined;
let failure: Error | undefined;

class Bearer extends AuthenticationStrategy<Caller> {
  async identify(): Promise<Caller | undefined> {
    if (failure) throw failure;
    return caller;
  }

  challenge(): string {
    return 'Bearer realm="foyer"';
  }
}

class Key extends AuthenticationStrategy<object> {
  async identify(): Promise<object | undefined> {
    return { key: true };
  }

  challenge(): string {
    return 'Key';
  }
}

class Shared {
  handle(): void {}
}

@Roles('admin')
class ForAdmins extends Shared {
  @Roles('staff')
  forStaff(): void {}

  @Public()
  forAll(): void {}
}

class Plain extends Shared {
  @Roles('staff', 'admin')
  forEither(): void {}

  @Scopes('customer', 'password')
  forBothScopes(): void {}

  @Scopes('password')
  forPasswords(): void {}

  @Public()
  forAll(): void {}

  @FreshAuthentication()
  forFresh(): void {}

  @OwnToken()
  @Roles('admin')
  @FreshAuthentication()
  forFreshAdmins(): void {}

  @AuthenticatedBy('key')
  forKeys(): void {}
}

const clock = new FixedClock();
const NOW = Math.floor(clock.now().getTime() / 1_000);
const CUSTOMER: Caller = { roles: ['customer'], scopes: ['customer'] };
const STAFF: Caller = { roles: ['customer', 'staff'], scopes: ['customer'] };
const ADMIN: Caller = { roles: ['admin'], scopes: ['customer'] };

describe('AccessGuard', () => {
  let guard: AccessGuard;
  beforeEach(() => {
    guard = new AccessGuard(new Reflector(), new FreshAuthenticationPolicy(clock));
    new Bearer('bearer');
    new Key('key');
    [caller, failure] = [undefined, undefined];
  });

  function asks(type: new () => object, handler: string, by?: Caller): Promise<unknown> {
    caller = by;
    const request: { user?: unknown; raw: object; headers: object } = { raw: { rawHeaders: [] }, headers: {} };
    const context = {
      getClass: () => type,
      getHandler: () => (type.prototype as Record<string, () => void>)[handler],
      switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({}), getNext: () => undefined }),
    } as unknown as ExecutionContext;
    return Promise.resolve(guard.canActivate(context)).then((may) => [may, request.user]);
  }

  it('requires credentials for a route without a rule [AC-39]', async () => {
    await expect(asks(Plain, 'handle')).rejects.toMatchObject({ challenge: 'Bearer realm="foyer"' });
    await expect(asks(Plain, 'handle')).rejects.toBeInstanceOf(InvalidCredentials);
    expect(await asks(Plain, 'handle', CUSTOMER)).toEqual([true, CUSTOMER]);
  });

  it('allows every caller on an open route without authenticating them', async () => {
    failure = new Error('away');
    expect(await asks(Plain, 'forAll')).toEqual([true, undefined]);
    expect(await asks(ForAdmins, 'forAll')).toEqual([true, undefined]);
  });

  it('allows one of the roles, and returns 403 for none', async () => {
    for (const by of [STAFF, ADMIN]) expect(await asks(Plain, 'forEither', by)).toEqual([true, by]);
    await expect(asks(Plain, 'forEither', CUSTOMER)).rejects.toBeInstanceOf(Forbidden);
    await expect(asks(Plain, 'forEither', { roles: [], scopes: ['customer'] })).rejects.toBeInstanceOf(Forbidden);
    await expect(asks(Plain, 'forEither')).rejects.toBeInstanceOf(InvalidCredentials);
  });

  it('overrides the roles of the class with those of the route', async () => {
    await expect(asks(ForAdmins, 'handle', STAFF)).rejects.toBeInstanceOf(Forbidden);
    expect(await asks(ForAdmins, 'handle', ADMIN)).toEqual([true, ADMIN]);
    expect(await asks(ForAdmins, 'forStaff', STAFF)).toEqual([true, STAFF]);
    await expect(asks(ForAdmins, 'forStaff', ADMIN)).rejects.toBeInstanceOf(Forbidden);
  });

  it('applies the rule of each class to an inherited method, in any order', async () => {
    expect(await asks(Plain, 'handle', CUSTOMER)).toEqual([true, CUSTOMER]);
    await expect(asks(ForAdmins, 'handle', CUSTOMER)).rejects.toBeInstanceOf(Forbidden);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['handle', ['customer'], ['password', '', 'Customer', 'customers']],
    ['forBothScopes', ['customer', 'password'], ['order']],
    ['forPasswords', ['password'], ['customer']],
  ])('returns 403 for a token with a scope other than that of %s', async (handler, good, bad) => {
    for (const scope of good) expect(await asks(Plain, handler, { roles: ['customer'], scopes: [scope] })).toBeTruthy();
    for (const scope of bad) {
      const by = { roles: ['customer', 'staff', 'admin'], scopes: [scope] };
      await expect(asks(Plain, handler, by), scope).rejects.toBeInstanceOf(Forbidden);
    }
  });

  it('requires a recent authentication only where a route declares it [AC-70]', async () => {
    for (const authTime of [NOW, NOW - 299])
      expect(await asks(Plain, 'forFresh', { ...CUSTOMER, authTime })).toBeTruthy();
    for (const authTime of [null, NOW - 302]) {
      const stale = { ...CUSTOMER, authTime };
      await expect(asks(Plain, 'forFresh', stale)).rejects.toBeInstanceOf(ReauthenticationRequired);
      expect(await asks(Plain, 'handle', stale)).toBeTruthy();
    }
    await expect(asks(Plain, 'forFresh')).rejects.toBeInstanceOf(InvalidCredentials);
  });

  it('rejects a caller without permission without asking for a password [AC-70]', async () => {
    const stale = { sessionId: 's', authTime: null };
    await expect(asks(Plain, 'forFreshAdmins', { ...STAFF, ...stale })).rejects.toBeInstanceOf(Forbidden);
    const foreign = { ...ADMIN, sessionId: null, authTime: NOW };
    await expect(asks(Plain, 'forFreshAdmins', foreign)).rejects.toBeInstanceOf(OwnTokenRequired);
    await expect(asks(Plain, 'forFreshAdmins', { ...ADMIN, ...stale })).rejects.toBeInstanceOf(
      ReauthenticationRequired,
    );
  });

  it('ignores token roles and scopes for another scheme', async () => {
    expect(await asks(Plain, 'forKeys')).toEqual([true, { key: true }]);
  });

  it('rejects every caller when the strategy is unavailable [AC-54]', async () => {
    failure = new Error('away');
    await expect(asks(Plain, 'handle', CUSTOMER)).rejects.toThrow('away');
  });
});
