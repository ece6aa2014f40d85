import type { FactoryProvider } from '@nestjs/common';

type Token<T> = abstract new (...values: never[]) => T;
type Tokens<Parts extends readonly unknown[]> = { readonly [Part in keyof Parts]: Token<Parts[Part]> };

/**
 * Binds a port to a class of the application layer, which knows no framework: its parts are named here, and the compiler
 * checks that they fit its constructor.
 */
export const provideService = <T, Parts extends unknown[]>(
  port: Token<T>,
  implementation: new (...dependencies: Parts) => T,
  dependencies: Tokens<Parts>,
): FactoryProvider<T> => ({
  provide: port,
  inject: [...dependencies],
  useFactory: (...resolved: unknown[]) => new implementation(...(resolved as Parts)),
});
