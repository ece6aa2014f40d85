import { SetMetadata } from '@nestjs/common';

/** Who may call a route. A route that says nothing asks for a Bearer token: the guard closes by default. */
export interface Access {
  /** A passport strategy, or `open` to anybody. */
  readonly scheme: string;
}

export const ACCESS = 'foyer:access';
export const DEFAULT_SCHEME = 'bearer';

/** Anybody may call this route. */
export const Open = () => SetMetadata(ACCESS, { scheme: 'open' } satisfies Access);

/** Only who passes this passport strategy may call this route. */
export const AuthenticatedBy = (scheme: string) => SetMetadata(ACCESS, { scheme } satisfies Access);
