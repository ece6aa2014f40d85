import { applyDecorators, SetMetadata } from '@nestjs/common';

/** Who may call a route. A route that says nothing asks for a Bearer token: the guard closes by default. */
export interface AccessRequirement {
  /** A passport strategy, or `open` to anybody. */
  readonly scheme: string;
}

export const ACCESS = 'foyer:access';
export const ROLES = 'foyer:roles';
export const SCOPES = 'foyer:scopes';
export const OWN_TOKEN = 'foyer:own-token';
export const FRESH_AUTHENTICATION = 'foyer:fresh-authentication';
export const DEFAULT_SCHEME = 'bearer';
/** What a token must be good for where a route says nothing else. */
export const DEFAULT_SCOPES: readonly string[] = ['customer'];

/** Anybody may call this route. */
export const Public = () => SetMetadata(ACCESS, { scheme: 'open' } satisfies AccessRequirement);

/** Only who passes this passport strategy may call this route. */
export const AuthenticatedBy = (scheme: string) => SetMetadata(ACCESS, { scheme } satisfies AccessRequirement);

/** Only who has one of these roles may call this route: 403 for others. */
export const Roles = (...roles: readonly string[]) => applyDecorators(SetMetadata(ROLES, roles));

/** A token for one of these scopes will do; without it, only one for everything. */
export const Scopes = (...scopes: readonly string[]) => applyDecorators(SetMetadata(SCOPES, scopes));

/** Only a token of a session of ours will do: 403 for one of an external identity server. */
export const OwnToken = () => SetMetadata(OWN_TOKEN, true);

/** Only somebody who has authenticated within the last minutes: 401 with a step-up challenge for others. */
export const FreshAuthentication = () => SetMetadata(FRESH_AUTHENTICATION, true);
