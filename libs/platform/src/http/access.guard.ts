import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ACCESS, type Access, DEFAULT_SCHEME } from './access.js';
import { InvalidCredentials } from './http-errors.js';

/** Closes every route that does not say it is open, before its body is looked at. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #schemes = new Map<string, CanActivate>();
  readonly #access = new WeakMap<object, Access>();

  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { scheme } = this.#accessOf(context);
    return scheme === 'open' || (this.#guardOf(scheme).canActivate(context) as Promise<boolean>);
  }

  #accessOf(context: ExecutionContext): Access {
    const handler = context.getHandler();
    const known = this.#access.get(handler);
    if (known) return known;
    const said = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, context.getClass()]);
    const access = said ?? { scheme: DEFAULT_SCHEME };
    this.#access.set(handler, access);
    return access;
  }

  #guardOf(scheme: string): CanActivate {
    const guard = this.#schemes.get(scheme) ?? new (schemeGuard(scheme))();
    this.#schemes.set(scheme, guard);
    return guard;
  }
}

const schemeGuard = (scheme: string) =>
  class extends AuthGuard(scheme) {
    override handleRequest<Caller>(error: unknown, caller: Caller | false, challenge: unknown): Caller {
      if (error) throw error;
      if (caller === false || caller === undefined) throw new InvalidCredentials(String(challenge));
      return caller;
    }
  };
