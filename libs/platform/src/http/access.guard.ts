import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ACCESS, type Access, DEFAULT_SCHEME } from './access.js';
import { InvalidCredentials } from './http-errors.js';

/** Closes every route that does not say it is open, before its body is looked at. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #schemes = new Map<string, CanActivate>();

  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    const scheme = access?.scheme ?? DEFAULT_SCHEME;
    return scheme === 'open' || (this.#guardOf(scheme).canActivate(context) as Promise<boolean>);
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
