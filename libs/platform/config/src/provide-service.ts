import type { FactoryProvider } from '@nestjs/common';

type Token<T> = abstract new (...values: never[]) => T;
type Tokens<Parts extends readonly unknown[]> = { readonly [Part in keyof Parts]: Token<Parts[Part]> };

/**
 * Binds a port to a framework-free class of the application layer. The dependencies are listed here, and the compiler checks
 * them against the constructor.
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
