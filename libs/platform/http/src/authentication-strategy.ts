import passport from 'passport';
import { Strategy } from 'passport-strategy';

/** The part of a request that a strategy reads. */
export interface AuthenticationRequest {
  readonly raw: { readonly rawHeaders: readonly string[]; readonly socket: { readonly remoteAddress?: string } };
  readonly ip: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * An authentication strategy: identifies the caller, or provides the challenge (RFC 9110, 11.6.1). The guard finds it by its
 * name.
 */
export abstract class AuthenticationStrategy<Caller extends object> extends Strategy {
  constructor(name: string) {
    super();
    passport.use(name, this);
  }

  /** Undefined when the credentials are missing, malformed, repeated or wrong: one response for all. */
  abstract identify(request: AuthenticationRequest): Promise<Caller | undefined>;
  /** The value of WWW-Authenticate. */
  abstract challenge(request: AuthenticationRequest): string;

  override authenticate(request: unknown): void {
    const asked = request as AuthenticationRequest;
    this.identify(asked).then(
      (caller) => (caller ? this.success(caller) : this.fail(this.challenge(asked), 401)),
      (error: Error) => this.error(error),
    );
  }
}
