import type { FactoryProvider, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Settings } from './settings.js';

type Port<T> = abstract new (...values: never[]) => T;

/**
 * Binds a port to the adapter that the settings select: `provideAdapter(CodeStore, (s) => hasRedis(s) ? RedisCodeStore :
 * InMemoryCodeStore)`.
 */
export const provideAdapter = <T>(port: Port<T>, adapter: (settings: Settings) => Type<T>): FactoryProvider<T> => ({
  provide: port,
  inject: [Settings, ModuleRef],
  useFactory: (settings: Settings, modules: ModuleRef) => modules.create(adapter(settings)),
});

export const hasRedis = (settings: Settings): boolean => settings.redisUrls.length > 0;
