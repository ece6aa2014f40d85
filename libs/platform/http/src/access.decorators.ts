import { applyDecorators, SetMetadata } from '@nestjs/common';

/** Access rules of a route. A route without a rule requires a Bearer token. */
export interface AccessRequirement {
  /** The name of an authentication strategy, or `open`. */
  readonly scheme: string;
}

export const ACCESS = 'foyer:access';
export const ROLES = 'foyer:roles';
export const SCOPES = 'foyer:scopes';
export const OWN_TOKEN = 'foyer:own-token';
export const FRESH_AUTHENTICATION = 'foyer:fresh-authentication';
export const DEFAULT_SCHEME = 'bearer';
/** The token scope that a route requires by default. */
export const DEFAULT_SCOPES: readonly string[] = ['customer'];

/** The route is public. */
export const Public = () => SetMetadata(ACCESS, { scheme: 'open' } satisfies AccessRequirement);

/** The route requires this authentication strategy. */
export const AuthenticatedBy = (scheme: string) => SetMetadata(ACCESS, { scheme } satisfies AccessRequirement);

/** The route requires one of these roles: 403 for others. */
export const Roles = (...roles: readonly string[]) => applyDecorators(SetMetadata(ROLES, roles));

/** The route accepts a token with one of these scopes. Without this, it requires the full scope. */
export const Scopes = (...scopes: readonly string[]) => applyDecorators(SetMetadata(SCOPES, scopes));

/** The route requires a token of a session of this service: 403 for a token of an external identity server. */
export const OwnToken = () => SetMetadata(OWN_TOKEN, true);

/** The route requires an authentication within the last minutes: else 401 with a step-up challenge. */
export const FreshAuthentication = () => SetMetadata(FRESH_AUTHENTICATION, true);
