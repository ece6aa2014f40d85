import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import {
  ACCESS,
  type AccessRequirement,
  DEFAULT_SCHEME,
  DEFAULT_SCOPES,
  FRESH_AUTHENTICATION,
  OWN_TOKEN,
  ROLES,
  SCOPES,
} from './access.decorators.js';
import { FreshAuthenticationPolicy } from './fresh-authentication-policy.js';
import { Forbidden, InvalidCredentials, OwnTokenRequired } from './http-errors.js';

/** The access rule of a route, read once from its metadata. */
interface AccessRule {
  readonly scheme: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly ownToken: boolean;
  readonly fresh: boolean;
}

interface Bearer {
  /** Null: the token was issued by an external identity server. */
  readonly sessionId: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly authTime: number | null;
}

/** Denies access to every route that is not declared open, before the body is validated. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #schemes = new Map<string, CanActivate>();
  /** By class and method: a method may be inherited by classes with different rules. */
  readonly #rules = new WeakMap<object, WeakMap<object, AccessRule>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly authentications: FreshAuthenticationPolicy,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.#getRule(context);
    return rule.scheme === 'open' || this.#authorize(rule, context);
  }

  async #authorize(rule: AccessRule, context: ExecutionContext): Promise<boolean> {
    await this.#getSchemeGuard(rule.scheme).canActivate(context);
    if (rule.scheme !== DEFAULT_SCHEME) return true;
    const bearer: Bearer = context.switchToHttp().getRequest().user;
    assertAllowed(bearer, rule);
    // Checked last: a caller without permission is not asked for a password.
    if (rule.fresh) this.authentications.assertFresh(bearer);
    return true;
  }

  #getRule(context: ExecutionContext): AccessRule {
    const [type, handler] = [context.getClass(), context.getHandler()];
    const ofType = this.#rules.get(type) ?? new WeakMap<object, AccessRule>();
    this.#rules.set(type, ofType);
    const known = ofType.get(handler);
    if (known) return known;
    const metadataOf = <T>(key: string) => this.reflector.getAllAndOverride<T | undefined>(key, [handler, type]);
    const rule = {
      scheme: metadataOf<AccessRequirement>(ACCESS)?.scheme ?? DEFAULT_SCHEME,
      roles: metadataOf<readonly string[]>(ROLES) ?? [],
      scopes: metadataOf<readonly string[]>(SCOPES) ?? DEFAULT_SCOPES,
      ownToken: metadataOf<boolean>(OWN_TOKEN) ?? false,
      fresh: metadataOf<boolean>(FRESH_AUTHENTICATION) ?? false,
    };
    ofType.set(handler, rule);
    return rule;
  }

  #getSchemeGuard(scheme: string): CanActivate {
    const guard = this.#schemes.get(scheme) ?? new (schemeGuard(scheme))();
    this.#schemes.set(scheme, guard);
    return guard;
  }
}

function assertAllowed({ roles, scopes, sessionId }: Bearer, rule: AccessRule): void {
  const hasScope = rule.scopes.some((scope) => scopes.includes(scope));
  const hasRole = rule.roles.length === 0 || rule.roles.some((role) => roles.includes(role));
  if (!hasScope || !hasRole) throw new Forbidden();
  if (rule.ownToken && sessionId === null) throw new OwnTokenRequired();
}

const schemeGuard = (scheme: string) =>
  class extends AuthGuard(scheme) {
    override handleRequest<Caller>(error: unknown, caller: Caller | false, challenge: unknown): Caller {
      if (error) throw error;
      if (caller === false || caller === undefined) throw new InvalidCredentials(String(challenge));
      return caller;
    }
  };
