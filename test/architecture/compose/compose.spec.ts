import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSettings } from '../../../libs/platform/config/src/settings.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
}

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const compose: { services: Record<string, Service>; volumes: Record<string, unknown> } = parse(
  read('docker-compose.yml'),
  { schema: 'failsafe' },
);
const services = Object.entries(compose.services);
const foyer = compose.services['foyer']?.environment ?? {};

const offered = read('.env.example');
const settingsIn = (text: string) =>
  [...text.matchAll(/^# (?<name>[A-Z][A-Z0-9_]*)=(?<value>".*?"|\S*)/gm)].map(({ groups = {} }) => ({
    name: groups['name'] ?? '',
    value: parseEnv(`x=${groups['value']}`)['x'] ?? '',
  }));
const namesIn = (text: string) => [...new Set(settingsIn(text).map(({ name }) => name))].sort();
const settings = settingsIn(offered);
const serviceUrls = settings.filter(({ name, value }) => value !== '' && foyer[name]?.includes('://'));

/** The names the program reads: everything that is quoted and spelt like a setting. */
const readSettingNames = (): string[] => {
  const folder = 'libs/platform/config/src';
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  const text = files.filter((file) => /(?<!\.spec)\.ts$/.test(file)).map((file) => read(path.join(folder, file)));
  const names = text.join('\n').matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT|RUN)'/g);
  return [...new Set([...names].map(([, name]) => name ?? ''))].sort();
};

describe('.env.example', () => {
  it('gives every setting a line and a comment', () => {
    const lines = offered.split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('# '))).toEqual([]);
    expect(lines.filter((line) => /^# [A-Z0-9_]+=/.test(line) && !/ # \S/.test(line))).toEqual([]);
  });

  it('offers exactly the settings the program reads', () => {
    expect(namesIn(offered)).toEqual(readSettingNames());
  });

  it('names the defaults', () => {
    const named = settings.filter((setting) => !serviceUrls.includes(setting));
    const defaults = Object.fromEntries(named.map(({ name, value }) => [name, value]));
    expect(parseSettings(defaults)).toEqual(parseSettings({}));
  });

  it('has the addresses and passwords of docker-compose.yml', () => {
    const schemes = serviceUrls.map(({ value }) => new URL(value).protocol).sort();
    expect(schemes).toEqual(['amqp:', 'http:', 'mysql:', 'postgres:', 'redis:', 'smtp:']);
    for (const { value } of serviceUrls) {
      const url = new URL(value);
      expect(url.hostname).toBe('127.0.0.1');
      expect(credentialsOf(servicePublishing(url.port)), value).toEqual([
        url.username,
        url.password,
        url.pathname.slice(1),
      ]);
    }
  });
});

describe('docker-compose.yml', () => {
  it('publishes on the loopback address only, each port once', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('checks the health of every service, and waits for it', () => {
    expect(services.filter(([, { healthcheck, build }]) => !healthcheck && !build)).toEqual([]);
    expect(read('Dockerfile')).toMatch(/^HEALTHCHECK /m);
    const waits = services.flatMap(([, { depends_on = {} }]) => Object.values(depends_on));
    expect(new Set(waits.map(({ condition }) => condition))).toEqual(new Set(['service_healthy']));
  });

  it('pins every image to a minor version', () => {
    const images = services.flatMap(([, { image }]) => image ?? []);
    expect(images.filter((image) => !/:v?\d+\.\d+/.test(image))).toEqual([]);
  });

  it('keeps data in named volumes', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('gives the program settings it reads, and secrets that must be set', () => {
    expect(Object.keys(foyer).filter((name) => !readSettingNames().includes(name))).toEqual([]);
    const secrets = ['PASSWORD_PEPPER', 'CODE_SECRET', 'IDENTIFIER_SECRET', 'JWT_KEYS'];
    expect(secrets.map((name) => foyer[name])).toEqual(secrets.map((name) => `\${${name}:?run make secrets}`));
  });

  it('leads the program to healthy services with their passwords', () => {
    const urls = Object.entries(foyer).filter(([name, value]) => name !== 'PUBLIC_URL' && value.includes('://'));
    const awaited = compose.services['foyer']?.depends_on ?? {};
    expect(urls.map(([, value]) => new URL(value).hostname).sort()).toEqual(Object.keys(awaited).sort());
    for (const [, value] of urls) {
      const url = new URL(value);
      expect(
        compose.services[url.hostname]?.ports?.some((port) => port.endsWith(`:${url.port}`)),
        value,
      ).toBe(true);
      expect(credentialsOf(compose.services[url.hostname]), value).toEqual([
        url.username,
        url.password,
        url.pathname.slice(1),
      ]);
    }
  });
});

function servicePublishing(port: string): Service | undefined {
  return services.find(([, { ports = [] }]) => ports.some((each) => each.startsWith(`127.0.0.1:${port}:`)))?.[1];
}

/** User, password and database a service is set up with, whatever it calls them. */
function credentialsOf(service: Service | undefined): string[] {
  if (service?.build) return ['', '', ''];
  const value = (name: RegExp) => Object.entries(service?.environment ?? {}).find(([key]) => name.test(key))?.[1] ?? '';
  return [
    value(/^[A-Z]+_(DEFAULT_)?USER$/),
    value(/^[A-Z]+_(DEFAULT_PASS|PASSWORD)$/),
    value(/^(POSTGRES_DB|MARIADB_DATABASE)$/),
  ];
}
